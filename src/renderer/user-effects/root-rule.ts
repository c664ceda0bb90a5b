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
/** Not to change the rights of what is named: that may be /tmp or a home, which others need as it is. */
const MOVE = 'copy the effects as root to a folder that only root can write to, such as /etc/diuna/effects, and name it in effects.path';

/**
 * A folder with the sticky bit, such as /tmp, is one that others write to.
 * @param parts the file itself and all above it, as it is named and as it really is.
 * @returns null where it may be run.
 */
export function distrust(parts: readonly PathPart[]): Distrust | null {
  for (const { path, uid, mode, link } of parts) {
    if (uid !== 0) {
      return {
        message: `${path} belongs to another user, and effects are run as root here`,
        cure: MOVE,
      };
    }
    // a link's own mode says nothing
    if (!link && (mode & WRITABLE_BY_OTHERS) !== 0) {
      return {
        message: `others than root can write to ${path}, and effects are run as root here`,
        cure: MOVE,
      };
    }
  }
  return null;
}
