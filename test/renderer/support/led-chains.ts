/** Chains of LEDs that read a wire as their data sheets say, and know nothing of how it is written. */

/** The levels of a wire, most significant bit first. */
export function levels(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> (7 - bit)) & 1));
}

export interface Pulse {
  readonly highNs: number;
  readonly lowNs: number;
}

/** Runs of a wire, each up and then down. A wire that begins low begins with a pulse of no height. */
export function pulses(wire: readonly number[], bitNs: number): Pulse[] {
  const found: { highNs: number; lowNs: number }[] = [];
  let pulse = { highNs: 0, lowNs: 0 };
  for (const [index, level] of wire.entries()) {
    if (level === 1 && (index === 0 || wire[index - 1] === 0)) {
      if (index > 0) found.push(pulse);
      pulse = { highNs: 0, lowNs: 0 };
    }
    if (level === 1) pulse.highNs += bitNs;
    else pulse.lowNs += bitNs;
  }
  return [...found, pulse];
}

/** Longer than WS2812B of newer make need to show what they have. */
const LATCH_NS = 280_000;

/**
 * What WS281x LEDs show: the bits between two silences, or null where a pulse is no bit. A zero is up for 200 to 450 ns,
 * a one for 580 to 1000, and the next comes after 900 to 1800 ns.
 */
export function ws281xShows(wire: readonly number[], bitNs: number): Uint8Array | null {
  let bits: number[] = [];
  let shown: number[] = [];
  for (const { highNs, lowNs } of pulses(wire, bitNs)) {
    if (highNs > 0) {
      const one = highNs >= 580;
      if (lowNs < LATCH_NS && (highNs < 200 || highNs > 1000 || (highNs > 450 && !one))) return null;
      if (lowNs < LATCH_NS && (highNs + lowNs < 900 || highNs + lowNs > 1800)) return null;
      bits.push(one ? 1 : 0);
    }
    if (lowNs < LATCH_NS) continue;
    if (bits.length >= 8) shown = bits;
    bits = [];
  }
  return bits.length > 0 ? null : packed(shown);
}

export interface Word {
  readonly brightness: number;
  readonly bytes: readonly number[];
}

/**
 * What a chain of APA102 shows. Each LED waits for a one after at least 32 zeros, takes 32 bits beginning with 111, and
 * passes on zeros for them and everything after, half a clock late: the n-th LED sees n/2 clocks fewer.
 */
export function apa102Shows(wire: readonly number[], leds: number): (Word | null)[] {
  const start = wire.indexOf(1);
  if (start < 32) return [];
  return Array.from({ length: leds }, (_, led) => {
    const at = start + led * 32;
    const word = wire.slice(at, at + 32);
    const shown = at + 32 + Math.ceil(led / 2) <= wire.length;
    if (!shown || word.slice(0, 3).join('') !== '111') return null;
    const [first = 0, ...bytes] = packed(word);
    return { brightness: first & 31, bytes };
  });
}

function packed(bits: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: Math.floor(bits.length / 8) }, (_, byte) =>
    bits.slice(byte * 8, byte * 8 + 8).reduce((value, bit) => value * 2 + bit, 0),
  );
}
