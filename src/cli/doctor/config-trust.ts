/** Whether the renderer's service, which is root's, would obey a configuration: by the rule that it goes by itself. */
import type { Trouble } from '../../core/doctor/finding.ts';
import { partsOf } from '../../renderer/user-effects/files.ts';
import { distrust, OBEYED } from '../../renderer/user-effects/root-rule.ts';

export function distrustOf(path: string): Trouble | null {
  try {
    return distrust(partsOf(path), OBEYED);
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    return { message: `cannot look at ${path}: ${cause.message}`, cure: `Ask as root: "sudo diuna doctor -c ${path}".` };
  }
}
