/**
 * The output's gamma, the only one in the pixel way: from linear light to the drive of a LED, 16 bits each, so that a
 * value v of a client is driven at (v/255)^gamma exactly. LEDs are lit by pulse width and give light in proportion to
 * their drive; near the default of 2.2 this table is therefore almost straight, and gamma 1 sends values as they came.
 */
import type { GammaLayout } from '../model/strip-layout.ts';
import { FULL_LIGHT, tabulate } from './linear.ts';

/** Drive, 0 to 65,535, for each linear light, 0 to 65,535. */
export type DriveTable = Uint16Array;

export interface Gamma {
  readonly red: DriveTable;
  readonly green: DriveTable;
  readonly blue: DriveTable;
  readonly white: DriveTable;
}

/** @param exponents 1 to 4 each; components of one exponent share a table. */
export function createGamma(exponents: GammaLayout): Gamma {
  const tables = new Map<number, DriveTable>();
  const tableOf = (exponent: number): DriveTable => {
    const table = tables.get(exponent) ?? driveTable(exponent);
    tables.set(exponent, table);
    return table;
  };
  return { red: tableOf(exponents.red), green: tableOf(exponents.green), blue: tableOf(exponents.blue), white: tableOf(exponents.white) };
}

function driveTable(exponent: number): DriveTable {
  const table = new Uint16Array(FULL_LIGHT + 1);
  tabulate(table, (level) => Math.round(FULL_LIGHT * (level / 255) ** exponent));
  return table;
}

/** The least linear light that drives every component at `leastDrive` or more. @param hasWhite whether white is one of them. */
export function leastLight({ red, green, blue, white }: Gamma, hasWhite: boolean, leastDrive: number): number {
  const least = (table: DriveTable) => table.findIndex((drive) => drive >= leastDrive);
  return Math.max(least(red), least(green), least(blue), hasWhite ? least(white) : 0);
}
