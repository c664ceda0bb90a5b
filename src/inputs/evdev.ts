/**
 * A knob that the kernel decodes (overlays rotary-encoder and gpio-key), or one on USB. The device is read by a `cat` that
 * is handed the open device: reading it here would hold one of Node's few threads, and the process, for ever; and while
 * the process is busy the pipe holds some 2,700 events, where the kernel holds 64.
 */
import type { FileHandle } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { goneFault, openInputDevice } from './evdev-device.ts';
import { EvdevMeaning, type EventBytes, EventCutter } from './evdev-events.ts';
import { EventTime } from './event-time.ts';
import type { InputError, KnobDriver, KnobListener } from './knob-driver.ts';
import { ReaderProcess } from './reader-process.ts';

export interface EvdevOptions {
  readonly clock: Clock;
  /** Of the knob, and of its button where that is another; the same one twice is read once. */
  readonly devices: readonly string[];
  readonly root?: string;
  /** Size of an event, where it is not this machine's. */
  readonly eventBytes?: EventBytes;
  readonly environment?: NodeJS.ProcessEnv;
}

export class EvdevDriver implements KnobDriver {
  readonly #options: EvdevOptions;
  readonly #time: EventTime;
  #readers: ReaderProcess[] = [];
  /** Of this opening; what an earlier one still tells is not heard. */
  #listener: KnobListener | null = null;

  constructor(options: EvdevOptions) {
    this.#options = options;
    this.#time = new EventTime(options.clock, () => options.clock.wallMs() * 1000);
  }

  async open(signal: AbortSignal, listener: KnobListener): Promise<void> {
    await this.close();
    const { devices, root = '/dev/input' } = this.#options;
    const opened: [string, FileHandle][] = [];
    try {
      for (const name of new Set(devices)) opened.push([name, await openInputDevice(root, name)]);
      signal.throwIfAborted();
      this.#listener = listener;
      for (const [name, device] of opened) this.#readers.push(this.#read(name, device));
    } catch (cause) {
      await this.close();
      throw cause;
    } finally {
      // A reader has its own by now.
      await Promise.all(opened.map(([, device]) => device.close()));
    }
  }

  async close(): Promise<void> {
    this.#listener = null;
    await Promise.all(this.#readers.splice(0).map((reader) => reader.stop()));
  }

  #read(name: string, device: FileHandle): ReaderProcess {
    const { eventBytes = ofThisMachine(), environment = process.env } = this.#options;
    const cutter = new EventCutter(eventBytes);
    const meaning = new EvdevMeaning();
    return ReaderProcess.start(
      'cat',
      [],
      { stdin: device.fd, environment },
      {
        bytes: (chunk) => {
          for (const event of cutter.push(chunk)) {
            const meant = meaning.read(event);
            if (meant !== null) this.#listener?.hear({ ...meant, atUs: this.#time.at(event.stampUs) });
          }
        },
        ended: ({ message }) => this.#fail(goneFault(name, message)),
      },
    );
  }

  #fail(fault: InputError): void {
    const listener = this.#listener;
    if (listener === null) return;
    void this.close();
    listener.failed(fault);
  }
}

/** A 32-bit system reads small events, also above a 64-bit kernel. */
function ofThisMachine(): EventBytes {
  return ['arm', 'ia32', 'mipsel'].includes(process.arch) ? 16 : 24;
}
