/** The payload of `diuna/system/state` (protocol §2), and what is wrong right now. Pure but for what it remembers of health. */
import type { NoticeType } from '../model/event.ts';
import type { EngineStats } from './engine-parts.ts';

/** What the renderer tells of itself. */
export interface FrameStats {
  readonly fps: number;
  readonly frames: number;
  readonly overruns: number;
  readonly currentMa: number;
  readonly supplies: readonly {
    readonly id: string;
    readonly limitMa: number;
    readonly currentMa: number;
    readonly wantedMa: number;
    readonly limiting: boolean;
  }[];
}

interface HealthFacts {
  readonly healthy: boolean;
  readonly failing_outputs: readonly string[];
  /** Knobs. */
  readonly failing_inputs: readonly string[];
  readonly store: 'ok' | 'failing' | 'was_damaged';
  /** The embedded broker is always there; another one may be away. */
  readonly broker: 'ok' | 'away';
}

/** Keeps which outputs and knobs fail and whether the store does, from the reports as they pass. */
export class Health {
  readonly #failingOutputs = new Set<string>();
  readonly #failingInputs = new Set<string>();
  /** Its parts, which fail and recover each by itself. */
  readonly #failingStores = new Set<unknown>();
  #storeDamaged = false;
  #brokerAway = false;

  /** @returns whether health changed. */
  note(type: NoticeType, payload: Readonly<Record<string, unknown>>): boolean {
    const strip = typeof payload['strip'] === 'string' ? payload['strip'] : '';
    const knob = typeof payload['knob'] === 'string' ? payload['knob'] : '';
    switch (type) {
      case 'system.output_failed':
        this.#failingOutputs.add(strip);
        return true;
      case 'system.output_recovered':
        return this.#failingOutputs.delete(strip);
      case 'system.input_failed':
        this.#failingInputs.add(knob);
        return true;
      case 'system.input_recovered':
        return this.#failingInputs.delete(knob);
      case 'system.store_failed':
        this.#failingStores.add(payload['part']);
        return true;
      case 'system.store_recovered':
        this.#failingStores.delete(payload['part']);
        return true;
      case 'system.store_damaged':
        this.#storeDamaged = true;
        return true;
      case 'system.broker_lost':
        this.#brokerAway = true;
        return true;
      case 'system.broker_found':
        this.#brokerAway = false;
        return true;
      case 'system.frame_overrun':
      case 'system.power_limited':
        return true;
      default:
        return false;
    }
  }

  describe(): HealthFacts {
    const failing = [...this.#failingOutputs].sort();
    const inputs = [...this.#failingInputs].sort();
    return {
      healthy: failing.length + inputs.length === 0 && this.#failingStores.size === 0 && !this.#brokerAway,
      failing_outputs: failing,
      failing_inputs: inputs,
      store: this.#failingStores.size > 0 ? 'failing' : this.#storeDamaged ? 'was_damaged' : 'ok',
      broker: this.#brokerAway ? 'away' : 'ok',
    };
  }
}

export interface SystemFacts {
  readonly frames: FrameStats | null;
  readonly engine: EngineStats;
  readonly health: Health;
  /** `null` where another broker knows. */
  readonly clients: number | null;
  readonly uptimeS: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** `null` where the machine does not tell. */
  readonly cpuTemperatureC: number | null;
  /** What the broker's guards refused. */
  readonly guards: Readonly<Record<string, number>>;
}

export function systemState({ frames, engine, health, ...facts }: SystemFacts): Record<string, unknown> {
  return {
    ...health.describe(),
    fps: frames?.fps ?? 0,
    frames: frames?.frames ?? 0,
    overruns: frames?.overruns ?? 0,
    current_ma: Math.round(frames?.currentMa ?? 0),
    supplies: Object.fromEntries((frames?.supplies ?? []).map((supply) => [supply.id, supplyFacts(supply)])),
    uptime_s: Math.round(facts.uptimeS),
    started_at: facts.startedAt,
    cpu_temperature_c: facts.cpuTemperatureC,
    clients: facts.clients,
    commands: engine.commands,
    rejections: engine.rejections,
    latency_us: engine.latencyUs,
    guards: facts.guards,
  };
}

function supplyFacts({ limitMa, currentMa, wantedMa, limiting }: FrameStats['supplies'][number]): Record<string, unknown> {
  return { limit_ma: limitMa, current_ma: Math.round(currentMa), wanted_ma: Math.round(wantedMa), limiting };
}
