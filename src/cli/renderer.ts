/** `diuna renderer`: the renderer alone, as root's part of a daemon without rights. Reads from the configuration what it may drive. */
import { Fault } from '../base/fault.ts';
import { printable } from '../base/printable.ts';
import type { Config } from '../model/config.ts';
import type { Allowance } from '../renderer/kept-renderer.ts';
import { pinKey } from '../renderer/role.ts';
import { RendererService } from '../renderer/service/renderer-service.ts';
import { partsOf } from '../renderer/user-effects/files.ts';
import { distrust, OBEYED } from '../renderer/user-effects/root-rule.ts';
import { loadConfig } from '../system/config-file.ts';
import { formatMistake } from '../system/config-mistakes.ts';
import { endProcess } from './end-process.ts';
import { exitCodes } from './exit-codes.ts';
import { type Output, standardOutput } from './output.ts';

export interface RendererOptions {
  readonly config: string;
  /** Left out: the configuration's. */
  readonly socket?: string;
}

/** The channel that `auto` drives pins by. */
const AUTO_DMA = 10;

/** Ends the process at SIGINT or SIGTERM, or where it cannot listen. */
export async function renderer(options: RendererOptions): Promise<never> {
  const output = standardOutput(false);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.on('SIGHUP', () => output.note('diuna renderer: the configuration is read for each daemon that comes'));
  try {
    await using service = await start(options, output);
    void service;
    await stopped;
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause;
    output.note(printable(`diuna renderer: ${cause.message}: ${cause.cure}`));
    return endProcess(cause.code === 'config_rejected' || cause.code === 'config_distrusted' ? exitCodes.config : exitCodes.refused);
  }
  return endProcess(exitCodes.ok);
}

/** @throws Fault */
async function start(options: RendererOptions, output: Output): Promise<RendererService> {
  const log = (line: string) => output.note(printable(`diuna renderer: ${line}`));
  const path = options.socket ?? (await trusted(options.config)).renderer.socket;
  const service = new RendererService({
    entry: new URL('./renderer.js', import.meta.url),
    path,
    allowed: async () => allowanceOf(await trusted(options.config)),
    log,
  });
  await service.listen();
  log(`waits for a daemon at ${path}`);
  return service;
}

/** @throws Fault where others than root could have written what root obeys, or it has mistakes. */
async function trusted(path: string): Promise<Config> {
  const seen = process.geteuid?.() === 0 ? look(path) : null;
  if (seen?.wrong) throw new Fault('config_distrusted', seen.wrong.message, seen.wrong.cure);
  const config = await loadConfig(path);
  // Whoever can take it away while it is looked at, and put it back before it is read, could have written it.
  if (config.ok && seen?.found === false) throw new Fault('config_distrusted', `${path} came while it was looked at`, 'try again');
  if (config.ok) return config.value;
  const [first] = config.error;
  const more = config.error.length > 1 ? ` (and ${config.error.length - 1} more)` : '';
  throw new Fault('config_rejected', first === undefined ? 'it has mistakes' : `${formatMistake(first)}${more}`, 'run "diuna check"');
}

function look(path: string): { readonly found: boolean; readonly wrong: ReturnType<typeof distrust> } {
  try {
    return { found: true, wrong: distrust(partsOf(path), OBEYED) };
  } catch (cause) {
    if (cause instanceof Error) return { found: false, wrong: null }; // what is not there, the reading tells of
    throw cause;
  }
}

/** The pins and SPI devices that the configuration gives to LEDs; `auto` may come to use its own. */
function allowanceOf({ strips, effects }: Config): Allowance {
  const pins = Object.values(strips).flatMap(({ output }) => {
    switch (output.driver) {
      case 'ws281x':
        return [pinKey(output)];
      case 'spi':
        return [output.device];
      case 'auto':
        return [output.device, ...(output.gpio === undefined ? [] : [pinKey({ gpio: output.gpio, dma: AUTO_DMA })])];
      default:
        return [];
    }
  });
  return { pins: new Set(pins), effectsPath: effects.path };
}
