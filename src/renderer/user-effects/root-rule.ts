/**
 * Whether a file may be run as root: only where nobody but root can change it, or put another in its place. Pure; what
 * the files are like is an argument.
 */

/** One part of a path: the file, or a folder above it, or a link on the way. */
export interface PathPart {
  readonly path: string;
  readonly uid: number;
  readonly mode: number;
  readonly link: boolean;
}

export interface Distrust {
  readonly message: string;
  readonly cure: string;
}

const WRITABLE_BY_OTHERS = 0o022;

const EFFECTS = {
  why: 'effects are run as root here',
  otherwise: ', or use outputs that need no root',
  place: "move the effects to a folder of root's, such as /etc/diuna/effects",
};
/** The configuration, where it says what root may drive. */
export const OBEYED: typeof EFFECTS = { why: 'root obeys it', otherwise: '', place: 'move it to /etc/diuna' };

/**
 * A folder with the sticky bit, such as /tmp, is one that others write to.
 * @param parts the file itself and all above it, as it is named and as it really is.
 * @param use what makes that matter.
 * @returns null where it may be run.
 */
export function distrust(parts: readonly PathPart[], use = EFFECTS): Distrust | null {
  for (const { path, uid, mode, link } of parts) {
    if (uid !== 0) {
      return {
        message: `${path} belongs to another user, and ${use.why}`,
        cure: `give it to root (sudo chown root ${path}) where you trust it${use.otherwise}`,
      };
    }
    // a link's own mode says nothing
    if (!link && (mode & WRITABLE_BY_OTHERS) !== 0) {
      return {
        message: `others than root can write to ${path}, and ${use.why}`,
        cure: `take that from them (sudo chmod go-w ${path}), or ${use.place}`,
      };
    }
  }
  return null;
}
