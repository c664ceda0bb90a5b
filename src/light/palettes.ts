/**
 * The palettes: gradients of our own, and those made from the colours of a zone. `default` leaves the choice to the
 * effect.
 */
import type { PaletteDeclaration } from '../model/catalog.ts';
import type { Components } from '../model/color.ts';
import type { Stop } from './gradient.ts';

/** Ids of palettes made from the zone's colours. */
type ZonePalette = 'color-1' | 'colors-1-2' | 'color-gradient';

interface Palette {
  readonly declaration: PaletteDeclaration;
  /** @param colors the zone's, at least one. */
  stops(colors: readonly Components[]): readonly Stop[];
}

/** Colours as `#rrggbb`, each at an even distance from the next unless `at` says where (0 to 1). */
function drawn(id: string, name: string, colors: readonly string[], at?: readonly number[]): Palette {
  const stops = colors.map((color, index): Stop => {
    const byte = (digit: number) => Number.parseInt(color.slice(digit, digit + 2), 16);
    return { at: at?.[index] ?? index / (colors.length - 1), color: [byte(1), byte(3), byte(5)] };
  });
  return { declaration: { id, name, colors }, stops: () => stops };
}

function fromZone(id: ZonePalette, name: string, stops: Palette['stops']): Palette {
  return { declaration: { id, name, colors: [] }, stops };
}

const color1 = fromZone('color-1', 'Color 1', (colors) => evenly(colors.slice(0, 1)));
const list: readonly Palette[] = [
  drawn('rainbow', 'Rainbow', ['#ff0000', '#ffff00', '#00ff00', '#00ffff', '#0000ff', '#ff00ff', '#ff0000']),
  drawn('party', 'Party', ['#6a00d8', '#d4008f', '#ff1f3d', '#ff7a00', '#ffd000', '#35c24a', '#0077ff', '#6a00d8']),
  drawn('ocean', 'Ocean', ['#021a3c', '#04497e', '#0587b4', '#1cc8c8', '#a8f0e2', '#0a6ea0', '#021a3c']),
  drawn('lava', 'Lava', ['#120000', '#7a0600', '#e02800', '#ff7b00', '#ffd36b', '#c41200', '#120000'], [0, 0.2, 0.42, 0.58, 0.7, 0.85, 1]),
  drawn('forest', 'Forest', ['#0c2b0e', '#1f5c1b', '#4f8f23', '#a3b83a', '#2f7a4a', '#12401c', '#0c2b0e']),
  drawn('cloud', 'Cloud', ['#2c5fb8', '#6d9fe0', '#c9def6', '#ffffff', '#9fc2ec', '#3f76c8', '#2c5fb8']),
  drawn('fire', 'Fire', ['#000000', '#5a0000', '#c81e00', '#ff6a00', '#ffc02a', '#fff3c4'], [0, 0.18, 0.42, 0.64, 0.85, 1]),
  drawn('sunset', 'Sunset', ['#1b1147', '#5b1f72', '#b32d6b', '#ee5a44', '#ffa23c', '#ffe08a']),
  color1,
  fromZone('colors-1-2', 'Colors 1 & 2', ([first, second]) => {
    if (first === undefined || second === undefined) return evenly(first === undefined ? [] : [first]);
    return [stop(first, 0), stop(first, 0.5), stop(second, 0.5), stop(second, 1)];
  }),
  fromZone('color-gradient', 'Color Gradient', evenly),
];

/** `default` first; then in the order in which people are shown them. */
export const paletteDeclarations: readonly PaletteDeclaration[] = [
  { id: 'default', name: 'Default', colors: [] },
  ...list.map((palette) => palette.declaration),
];

const byId = new Map(list.map((palette) => [palette.declaration.id, palette]));

/** @param own the palette that the effect takes for `default`, and for one that this version does not know. */
export function paletteStops(id: string, own: string, colors: readonly Components[]): readonly Stop[] {
  return (byId.get(id) ?? byId.get(own) ?? color1).stops(colors);
}

function evenly(colors: readonly Components[]): Stop[] {
  return colors.map((color, index) => stop(color, colors.length > 1 ? index / (colors.length - 1) : 0));
}

function stop(color: Components, at: number): Stop {
  return { at, color: [color.r, color.g, color.b] };
}
