/** Who starts renderers: the daemon itself, a keeper where root is given away and a strip needs it, or root's service. */
import type { RenderLayout } from '../model/strip-layout.ts';
import { KeepingLauncher } from './keeping-launcher.ts';
import { directLauncher, type Launcher, withService } from './launch.ts';
import { needsRoot } from './role.ts';

export interface Rights {
  /** The daemon gives root away once the first renderer was started. */
  readonly dropsRights?: boolean;
  /** Where the renderer's service would be. */
  readonly socket?: string;
}

export function launcherOf(layout: RenderLayout, { dropsRights, socket }: Rights): Launcher {
  const own = dropsRights === true && needsRoot(layout) ? new KeepingLauncher() : directLauncher;
  return socket === undefined ? own : withService(socket, own);
}
