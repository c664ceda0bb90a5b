/** A listener that remembers what a driver told. */
import { InputError, type KnobListener, type KnobSignal } from '../../src/inputs/knob-driver.ts';

export class Heard implements KnobListener {
  readonly signals: KnobSignal[] = [];
  readonly faults: InputError[] = [];

  hear(signal: KnobSignal): void {
    this.signals.push(signal);
  }

  failed(fault: InputError): void {
    this.faults.push(fault);
  }

  /** Without times, in short. */
  get short(): string[] {
    return this.signals.map((signal) => {
      if (signal.kind === 'level') return `${signal.line} ${signal.level}`;
      return signal.kind === 'turned' ? `turned ${signal.detents}` : signal.down ? 'down' : 'up';
    });
  }

  get times(): number[] {
    return this.signals.map(({ atUs }) => atUs);
  }
}

/** @returns the fault that opening throws. */
export async function faultOf(opening: Promise<unknown>): Promise<InputError> {
  try {
    await opening;
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
