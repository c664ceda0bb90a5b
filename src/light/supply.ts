/**
 * What one supply's strips may draw together. The bytes of no frame draw more than the limit: where they would, all
 * drives are scaled down at once and evenly, so that colours stay. The scale comes back slowly, so that a flickering
 * picture near the limit does not pump; a still one keeps a constant scale, a little below what the limit allows, as
 * dithered bytes scatter about their mean.
 */
import { WHOLE } from './canvas.ts';
import { down, type Rounding } from './dither.ts';
import type { StripOutput } from './strip-output.ts';

/** Milliseconds in which the scale would come back from nothing. */
const RELEASE_MS = 3000;
/** The longest step of that between two frames: after a still time the scale goes on from where it was. */
const LONGEST_STEP_MS = 100;
/** The part of what is allowed that is left free for the scatter of dithered bytes. */
const SPARE = 1 / 128;
/** Milliseconds without any limiting after which it is over: a blinking picture is told of once, not at each blink. */
const OVER_MS = 5000;

/** What is told of a supply. */
export interface SupplyStatus {
  readonly id: string;
  readonly limitMa: number;
  /** Estimate from the bytes of the last frame. */
  readonly currentMa: number;
  /** What they would draw if nothing limited them. */
  readonly wantedMa: number;
  readonly limiting: boolean;
}

export class Supply implements SupplyStatus {
  readonly id: string;
  readonly limitMa: number;
  readonly #strips: readonly StripOutput[];
  readonly #idleMa: number;
  #scale = WHOLE;
  /** Where the scale is going. */
  #goal = WHOLE;
  #lastMs = Number.NaN;
  #limitedMs = Number.NEGATIVE_INFINITY;
  #limiting = false;
  #litMa = 0;
  #wantedMa = 0;

  constructor(id: string, limitMa: number, strips: readonly StripOutput[]) {
    this.id = id;
    this.limitMa = limitMa;
    this.#strips = strips;
    this.#idleMa = strips.reduce((sum, strip) => sum + strip.idleMa, 0);
  }

  get currentMa(): number {
    return this.#idleMa + this.#litMa;
  }

  get wantedMa(): number {
    return this.#idleMa + this.#wantedMa;
  }

  /** From the first frame that was scaled down until five seconds after the last. */
  get limiting(): boolean {
    return this.#limiting;
  }

  /** Whether a later frame would differ although the light stays: the scale is on its way, or limiting about to end. */
  get settling(): boolean {
    return this.#limiting && (this.#goal === WHOLE || this.#scale !== this.#goal);
  }

  /** Takes over where another layout's supply of this name stood. */
  continueFrom(before: Supply): void {
    this.#scale = before.#scale;
    this.#goal = before.#goal;
    this.#lastMs = before.#lastMs;
    this.#limitedMs = before.#limitedMs;
    this.#limiting = before.#limiting;
  }

  /** Encodes all its strips, whose drives are made. */
  encode(rounding: Rounding, nowMs: number): void {
    const passedMs = Math.min(LONGEST_STEP_MS, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    if (this.#scale < WHOLE) {
      this.#limit(rounding, nowMs, this.#scale + Math.floor((WHOLE * passedMs) / RELEASE_MS));
      return;
    }
    this.#send(WHOLE, rounding);
    this.#wantedMa = this.#litMa;
    if (this.currentMa > this.limitMa) this.#limit(rounding, nowMs, WHOLE);
    if (this.#goal === WHOLE && nowMs - this.#limitedMs >= OVER_MS) this.#limiting = false;
  }

  /** @param most the scale may rise to. */
  #limit(rounding: Rounding, nowMs: number, most: number): void {
    this.#wantedMa = 0;
    for (const strip of this.#strips) this.#wantedMa += strip.wantedMa();
    const allowed = this.#allowed();
    if (this.#goal < WHOLE) this.#limitedMs = nowMs; // the frame before was seen until now
    this.#goal = allowed >= WHOLE ? WHOLE : Math.floor(allowed * (1 - SPARE));
    if (this.#goal < WHOLE) {
      this.#limiting = true;
      this.#limitedMs = nowMs;
    }
    this.#scale = Math.min(most, this.#goal);
    this.#send(this.#scale, rounding);
    if (this.currentMa > this.limitMa) this.#send(Math.min(this.#scale, allowed), down);
  }

  /** The largest scale at which the drives draw no more than the limit; bytes rounded down draw no more than the drives. */
  #allowed(): number {
    const freeMa = Math.max(0, this.limitMa - this.#idleMa);
    return this.#wantedMa <= freeMa ? WHOLE : Math.floor((WHOLE * freeMa) / this.#wantedMa);
  }

  #send(scale: number, rounding: Rounding): void {
    this.#litMa = 0;
    for (const strip of this.#strips) {
      strip.encode(scale, rounding);
      this.#litMa += strip.litMa;
    }
  }
}
