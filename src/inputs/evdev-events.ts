/**
 * Cuts the bytes of a kernel input device into its events, however they come, and says what they mean for a knob. Pure.
 * `struct input_event` of linux/input.h, little-endian: the time is two longs, so an event has 24 bytes where programs have
 * 64 bits and 16 where they have 32.
 */

export type EventBytes = 24 | 16;

export interface InputEvent {
  /** Wall time, in microseconds since 1970. */
  readonly stampUs: number;
  readonly type: number;
  readonly code: number;
  readonly value: number;
}

export class EventCutter {
  readonly #size: EventBytes;
  #rest: Buffer = Buffer.alloc(0);

  constructor(size: EventBytes) {
    this.#size = size;
  }

  push(chunk: Uint8Array): InputEvent[] {
    const bytes = Buffer.concat([this.#rest, chunk]);
    const events: InputEvent[] = [];
    let at = 0;
    for (; at + this.#size <= bytes.length; at += this.#size) events.push(this.#read(bytes, at));
    this.#rest = Buffer.from(bytes.subarray(at));
    return events;
  }

  #read(bytes: Buffer, at: number): InputEvent {
    const wide = this.#size === 24;
    const seconds = wide ? Number(bytes.readBigInt64LE(at)) : bytes.readUInt32LE(at);
    const microseconds = wide ? Number(bytes.readBigInt64LE(at + 8)) : bytes.readUInt32LE(at + 4);
    const rest = at + (wide ? 16 : 8);
    return {
      stampUs: seconds * 1e6 + microseconds,
      type: bytes.readUInt16LE(rest),
      code: bytes.readUInt16LE(rest + 2),
      value: bytes.readInt32LE(rest + 4),
    };
  }
}

export type Meaning = { readonly kind: 'turned'; readonly detents: number } | { readonly kind: 'button'; readonly down: boolean };

/** linux/input-event-codes.h */
const EV_SYN = 0;
const EV_KEY = 1;
const EV_REL = 2;
const EV_ABS = 3;
const SYN_REPORT = 0;
const SYN_DROPPED = 3;
/** REL_X to REL_MISC; above are the same turns again in 120ths (REL_WHEEL_HI_RES, REL_HWHEEL_HI_RES). */
const REL_RESERVED = 0x0a;
/** ABS_X to ABS_VOLUME; above are touches. */
const ABS_MISC = 0x28;
/** Knobs on USB tell turns as these keys. */
const KEY_VOLUMEDOWN = 114;
const KEY_VOLUMEUP = 115;
/** More than a knob moves at once: its position has gone over its end. */
const LONGEST_STEP = 8;

/** One device's events, in their order, as a knob's. */
export class EvdevMeaning {
  /** Of each absolute axis, once known: 40 at most. */
  readonly #positions = new Map<number, number>();
  /** Keys that are down; the kernel knows 768. */
  readonly #down = new Set<number>();
  /** The kernel's queue was full: what comes up to the next report belongs to events that were lost. */
  #dropping = false;

  read({ type, code, value }: InputEvent): Meaning | null {
    if (type === EV_SYN) return this.#synchronize(code);
    if (this.#dropping) return null;
    if (type === EV_KEY) return this.#key(code, value);
    if (type === EV_REL) return code < REL_RESERVED ? turned(value) : null;
    if (type === EV_ABS) return code < ABS_MISC ? this.#moved(code, value) : null;
    return null;
  }

  /** After a loss nobody knows where an axis stands; and a key that is not released would stay down for ever. */
  #synchronize(code: number): Meaning | null {
    if (code === SYN_REPORT) this.#dropping = false;
    if (code !== SYN_DROPPED) return null;
    this.#dropping = true;
    this.#positions.clear();
    if (this.#down.size === 0) return null;
    this.#down.clear();
    return { kind: 'button', down: false };
  }

  /** Value 2 is a repetition. Several keys of a device are one button. */
  #key(code: number, value: number): Meaning | null {
    if (code === KEY_VOLUMEUP || code === KEY_VOLUMEDOWN) return value === 0 ? null : turned(code === KEY_VOLUMEUP ? 1 : -1);
    const before = this.#down.size;
    if (value === 1) this.#down.add(code);
    else if (value === 0) this.#down.delete(code);
    const now = this.#down.size;
    return (before === 0) === (now === 0) ? null : { kind: 'button', down: now > 0 };
  }

  /** Where an axis stands is not known before its first event. One that went over its end has turned by one. */
  #moved(code: number, value: number): Meaning | null {
    const before = this.#positions.get(code);
    this.#positions.set(code, value);
    if (before === undefined) return null;
    const step = value - before;
    return turned(Math.abs(step) > LONGEST_STEP ? -Math.sign(step) : step);
  }
}

function turned(detents: number): Meaning | null {
  return detents === 0 ? null : { kind: 'turned', detents };
}
