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
/** Why a path must be root's, and what to do where it is not. */
export interface Use {
  readonly why: string;
  readonly cure: string;
}

/** Not to change the rights of what is named: that may be /tmp or a home, which others need as it is. */
const EFFECTS: Use = {
  why: 'effects are run as root here',
  cure: 'copy the effects as root to a folder that only root can write to, such as /etc/diuna/effects, and name it in effects.path',
};
/** The configuration, where it says what root may drive. */
export const OBEYED: Use = {
  why: 'root obeys it',
  cure: 'copy it as root to a folder that only root can write to, such as /etc/diuna, and name it there',
};

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
        cure: use.cure,
      };
    }
    // a link's own mode says nothing
    if (!link && (mode & WRITABLE_BY_OTHERS) !== 0) {
      return {
        message: `others than root can write to ${path}, and ${use.why}`,
        cure: use.cure,
      };
    }
  }
  return null;
}
