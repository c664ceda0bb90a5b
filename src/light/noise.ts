/**
 * Smooth chance: value noise on a lattice whose corners are hashes, between them the cubic 3x^2 - 2x^3 (Hermite). The
 * same everywhere; one unit apart it is another value, nearby it is nearly the same.
 */
import { mix } from './hash.ts';

/** @param x 0 to 2^31, in lattice units. @returns 0 to 1. */
export function noise1(seed: number, x: number): number {
  const cell = Math.floor(x);
  const first = corner(seed, cell);
  return first + (corner(seed, cell + 1) - first) * smooth(x - cell);
}

/** @param x, y 0 to 2^31, in lattice units. @returns 0 to 1. */
export function noise2(seed: number, x: number, y: number): number {
  const row = Math.floor(y);
  const near = noise1(mix(seed ^ row), x);
  return near + (noise1(mix(seed ^ (row + 1)), x) - near) * smooth(y - row);
}

function corner(seed: number, cell: number): number {
  return mix(seed ^ Math.imul(cell, 0x9e3779b1)) / 4_294_967_296;
}

function smooth(share: number): number {
  return share * share * (3 - 2 * share);
}

/**
 * Adds smooth noise to one component of each pixel, as a note of what is to be painted there. Its corners are found once
 * a cell; each has a time of its own, or they would all stand still at the same moments.
 * @param channel 0 to 2.
 * @param x the first pixel's place in cells, and `stride` from each pixel to the next: below 1.
 * @param age in units that make another field.
 * @param weight what noise of 1 adds.
 */
export function addNoise(
  pixels: Uint16Array,
  channel: number,
  length: number,
  seed: number,
  x: number,
  stride: number,
  age: number,
  weight: number,
): void {
  let cell = Math.floor(x);
  let within = x - cell;
  let from = weight * agingCorner(seed, cell, age);
  let change = weight * agingCorner(seed, cell + 1, age) - from;
  for (let at = channel, end = length * 3; at < end; at += 3) {
    if (within >= 1) {
      within -= 1;
      cell += 1;
      from += change;
      change = weight * agingCorner(seed, cell + 1, age) - from;
    }
    pixels[at] = (pixels[at] ?? 0) + from + change * within * within * (3 - 2 * within);
    within += stride;
  }
}

function agingCorner(seed: number, cell: number, age: number): number {
  const own = mix(seed ^ Math.imul(cell, 0x9e3779b1));
  return noise1(own, age + own / 4_294_967_296);
}
