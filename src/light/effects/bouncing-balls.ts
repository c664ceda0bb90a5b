/**
 * Bouncing Balls: balls are thrown from the zone's beginning, fall back and bounce, lower each time, until they are
 * thrown again. Intensity is how many.
 */
import { mix } from '../hash.ts';
import { fillBackground, paintOver } from '../pixels.ts';
import { type Effect, type EffectInput, parameters } from './effect.ts';

/** Milliseconds of a throw of 60 LEDs: as on Earth with 60 LEDs a metre, nearly. */
const FLIGHT_MS = 1000;
const FLIGHT_LEDS = 60;
/** Flights from one throw to the next. */
const FLIGHTS = 11;
/** Milliseconds over which a ball's motion is seen as one, so that a fast one is a streak and not a row of dots. */
const SMEAR_MS = 12;
const MOST_BALLS = 10;

export const bouncingBalls: Effect = {
  declaration: {
    id: 'bouncing-balls',
    name: 'Bouncing Balls',
    aliases: ['Bouncing Ball', 'Bounce', 'Bouncing'],
    parameters: parameters(
      'a throw of 60 LEDs is back in 1 s at 128, of 240 LEDs in 2 s',
      'how many balls there are: one at 0, five at 128, ten at 255; fewer on less than 48 LEDs',
    ),
  },
  animated: true,
  ownPalette: 'rainbow',
  ring: false,
  stateSize: () => 0,
  draw,
};

function draw(pixels: Uint16Array, input: EffectInput): void {
  const { length, intensity } = input;
  const most = Math.min(MOST_BALLS, 2 + Math.floor(length / 6)); // more would fill a short zone
  const balls = 1 + Math.floor((intensity * (most - 1)) / 255);
  const flightMs = FLIGHT_MS * Math.sqrt(Math.max(1, length / FLIGHT_LEDS));
  fillBackground(pixels, length, input.colors);
  for (let ball = 0; ball < balls; ball += 1) drawBall(pixels, input, ball, flightMs);
}

/** @param flightMs the first flight of a throw. */
function drawBall(pixels: Uint16Array, { timeMs, seed, length, gradient }: EffectInput, ball: number, flightMs: number): void {
  const own = mix(seed + ball);
  const kept = 0.72 + (0.12 * (own & 255)) / 256; // of its speed, at each bounce
  const throwMs = flightMs * flightsFrom(kept);
  const at = timeMs / throwMs + (own >>> 8) / 16_777_216;
  const number = Math.floor(at);
  const age = (at - number) * throwMs;
  const size = Math.min(length, Math.max(1.6, length / 80));
  const top = (length - size) * (0.8 + (mix(own ^ number) & 255) / 1275);
  const now = top * height(age, flightMs, kept);
  const before = top * height(Math.max(0, age - SMEAR_MS), flightMs, kept);
  const color = (ball * 40_503) & 65_535; // by the golden section, so that however many there are differ well
  cover(pixels, length, gradient, color, Math.min(now, before), Math.max(now, before) + size);
}

/** How many times its first flight a throw lasts. */
function flightsFrom(kept: number): number {
  let all = 0;
  let flight = 1;
  for (let number = 0; number < FLIGHTS; number += 1, flight *= kept) all += flight;
  return all;
}

/** How high a ball is, of a throw whose top is 1. */
function height(age: number, flightMs: number, kept: number): number {
  let left = age / flightMs;
  let flight = 1;
  while (left >= flight) {
    left -= flight;
    flight *= kept;
  }
  return 4 * left * (flight - left);
}

/** Lights from one place to another; the LEDs at its ends as much as is covered of them. */
function cover(pixels: Uint16Array, length: number, gradient: EffectInput['gradient'], color: number, from: number, end: number): void {
  const last = Math.min(length, Math.ceil(end));
  for (let led = Math.floor(from); led < last; led += 1) {
    const share = Math.min(led + 1, end) - Math.max(led, from);
    if (share > 0) paintOver(gradient, color, share, pixels, led * 3);
  }
}
