/**
 * Decides what the strips with `driver: auto` are lit by, before anybody is told of them, and says why. The machine is
 * the one that the daemon started on: a daemon that gave root away keeps what it chose with root, as a keeper has it.
 */
import type { Logger } from '../base/logger.ts';
import type { Config } from '../model/config.ts';
import type { StripConfig } from '../model/config-strip.ts';
import { chooseOutput } from '../renderer/outputs/auto.ts';
import { readFacts } from '../renderer/outputs/auto-facts.ts';
import { type Machine, thisMachine } from '../renderer/outputs/machine.ts';
import { isServiceInstalled } from '../renderer/service/connect.ts';

export class AutoOutputs {
  readonly #logger: Logger;
  readonly #machine: Machine;
  /** By strip: what was said of it last. */
  readonly #said = new Map<string, string>();

  /** To be made while there still is root. */
  constructor(logger: Logger, machine: Machine = thisMachine()) {
    this.#logger = logger;
    this.#machine = machine;
  }

  /** @returns the same configuration without any `auto`. */
  decide(config: Config): Config {
    const { isolation, socket } = config.renderer;
    const served = (isolation === 'auto' || isolation === 'service') && isServiceInstalled(socket);
    const strips = Object.entries(config.strips).map(([id, strip]) => [id, this.#decided(id, strip, served)] as const);
    return { ...config, strips: Object.fromEntries(strips) };
  }

  #decided(strip: string, config: StripConfig, served: boolean): StripConfig {
    if (config.output.driver !== 'auto') {
      this.#said.delete(strip);
      return config;
    }
    const facts = readFacts(this.#machine, { devices: [config.output.device], served });
    const { output, why, fails } = chooseOutput(facts, config.type, config.output);
    if (this.#said.get(strip) !== why) {
      this.#said.set(strip, why);
      if (fails) this.#logger.warn({ strip, driver: output.driver, why }, 'auto found no output that works');
      else this.#logger.info({ strip, driver: output.driver, why }, 'auto chose an output');
    }
    return { ...config, output };
  }
}
