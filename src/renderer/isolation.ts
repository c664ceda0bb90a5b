/** Where a renderer is to run. Pure but for a look whether there is a service. */
import type { RenderLayout } from '../model/strip-layout.ts';
import type { Isolation } from './launch.ts';
import { isServiceInstalled } from './service/connect.ts';

export interface IsolationWish {
  readonly isolation: 'auto' | Isolation;
  /** Rights are given away after the first renderer was started. */
  readonly dropsRights: boolean;
  /** Where the renderer's service would be; null for nowhere. */
  readonly socket: string | null;
  /** Effective user id. */
  readonly uid: number | undefined;
}

/**
 * A process stays one: it can light everything, darkens what a reload takes from the hardware, and may be the last that
 * has the rights for it. Without rights a thread stays one, too, and tells which strips need them. So does the service.
 * @param before of the renderer that runs, or ran last; null at the start.
 */
export function chooseIsolation(wish: IsolationWish, { strips, effectsPath }: RenderLayout, before: Isolation | null): Isolation {
  const { isolation, dropsRights, socket, uid } = wish;
  if (isolation !== 'auto') return isolation;
  if (before === 'process' || before === 'service') return before;
  const drivers = new Set(strips.map(({ output }) => output.driver));
  const lacksRoot = drivers.has('ws281x') && uid !== 0;
  if (lacksRoot && socket !== null && isServiceInstalled(socket)) return 'service';
  if (effectsPath !== null) return 'process';
  if (before === 'thread' && dropsRights) return 'thread';
  return drivers.has('ws281x') || drivers.has('spi') ? 'process' : 'thread';
}
