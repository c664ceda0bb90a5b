/** The machine as the checks of outputs see it; tests put another one in its place. */

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  /** Effective user id; 0 is root. */
  readonly uid: number;
  /** The folders `proc`, `sys` and `dev` stand under it. */
  readonly root: string;
}

export function thisMachine(): Machine {
  return { platform: process.platform, arch: process.arch, uid: process.getuid?.() ?? -1, root: '/' };
}
