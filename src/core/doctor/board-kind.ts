/** What kind of Raspberry Pi a board is, by its revision code (raspberrypi.com, "Revision codes"). */
import type { Board } from './facts.ts';

const NEW_STYLE = 1 << 23;

/** Filters of config.txt that hold for a board, by the type in bits 4 to 11. */
const filters: Readonly<Record<number, readonly string[]>> = {
  0: ['pi1'],
  1: ['pi1'],
  2: ['pi1'],
  3: ['pi1'],
  4: ['pi2'],
  6: ['pi1', 'cm1'],
  8: ['pi3'],
  9: ['pi0'],
  10: ['pi3', 'cm3'],
  12: ['pi0', 'pi0w'],
  13: ['pi3', 'pi3+'],
  14: ['pi3', 'pi3+'],
  16: ['pi3', 'cm3', 'cm3+'],
  17: ['pi4'],
  18: ['pi0', 'pi0w', 'pi02'],
  19: ['pi4', 'pi400'],
  20: ['pi4', 'cm4'],
  21: ['pi4', 'cm4s'],
  23: ['pi5'],
  24: ['pi5', 'cm5'],
  25: ['pi5', 'pi500'],
  26: ['pi5', 'cm5'],
};

/** By the processor in bits 12 to 15. */
const processors = ['bcm2835', 'bcm2836', 'bcm2837', 'bcm2711', 'bcm2712'] as const;
export type Processor = (typeof processors)[number];

export function isPi(board: Board): boolean {
  return board.model?.includes('Raspberry Pi') === true;
}

export function processorOf({ revision }: Board): Processor | null {
  if (revision === null) return null;
  return (revision & NEW_STYLE) === 0 ? 'bcm2835' : (processors[(revision >> 12) & 0xf] ?? null);
}

export function boardTypes({ revision }: Board): ReadonlySet<string> {
  if (revision === null) return new Set();
  return new Set((revision & NEW_STYLE) === 0 ? ['pi1'] : (filters[(revision >> 4) & 0xff] ?? []));
}
