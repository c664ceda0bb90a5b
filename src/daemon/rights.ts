/** When root is given up: strips at the hardware keep it, and nothing else does, as effects of the user's own are programs. */
import type { RenderLayout } from '../model/strip-layout.ts';
import { needsRoot } from '../renderer/role.ts';
import { dropRights } from '../system/drop-rights.ts';

/**
 * Starts the renderer, before root is given up where a strip needs it, and else after.
 * @param user whom to become; `null` stays who it is.
 * @throws Fault
 */
export function startRenderer(user: string | null, layout: RenderLayout, start: () => Promise<void>): Promise<void> {
  if (user === null) return start();
  if (!needsRoot(layout)) {
    dropRights(user);
    return start();
  }
  const lit = start();
  dropRights(user);
  return lit;
}
