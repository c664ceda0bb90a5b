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

/** Broad bands with hard edges, as wide as each other; the first is split in two halves, so that a ring of them has no seam. */
function bands(id: string, name: string, colors: readonly string[]): Palette {
  const edges = colors.map((_, index) => (index + 0.5) / colors.length);
  const ring = [...colors, ...colors.slice(0, 1)];
  const palette = drawn(
    id,
    name,
    ring.flatMap((color) => [color, color]),
    [0, ...edges.flatMap((edge) => [edge, edge]), 1],
  );
  return { ...palette, declaration: { id, name, colors } };
}

/**
 * In the order in which people are shown them. LEDs wash out what is pale on a monitor: light tones keep one component
 * low. Between colours that are far apart a third one leads the way past grey.
 */
const list: readonly Palette[] = [
  fromZone('color-1', 'Color 1', (colors) => evenly(colors.slice(0, 1))),
  fromZone('colors-1-2', 'Colors 1 & 2', ([first, second]) => {
    if (first === undefined || second === undefined) return evenly(first === undefined ? [] : [first]);
    return [stop(first, 0), stop(first, 0.5), stop(second, 0.5), stop(second, 1)];
  }),
  fromZone('color-gradient', 'Color Gradient', evenly),
  drawn('party', 'Party', ['#6a00d8', '#d4008f', '#ff1f3d', '#ff7a00', '#ffd000', '#35c24a', '#0077ff', '#6a00d8']),
  drawn('cloud', 'Cloud', ['#2c5fb8', '#6d9fe0', '#c9def6', '#ffffff', '#9fc2ec', '#3f76c8', '#2c5fb8']),
  drawn('lava', 'Lava', ['#120000', '#7a0600', '#e02800', '#ff7b00', '#ffd36b', '#c41200', '#120000'], [0, 0.2, 0.42, 0.58, 0.7, 0.85, 1]),
  drawn('ocean', 'Ocean', ['#021a3c', '#04497e', '#0587b4', '#1cc8c8', '#a8f0e2', '#0a6ea0', '#021a3c']),
  drawn('forest', 'Forest', ['#0c2b0e', '#1f5c1b', '#4f8f23', '#a3b83a', '#2f7a4a', '#12401c', '#0c2b0e']),
  drawn('rainbow', 'Rainbow', ['#ff0000', '#ffff00', '#00ff00', '#00ffff', '#0000ff', '#ff00ff', '#ff0000']),
  bands('rainbow-bands', 'Rainbow Bands', ['#ff0000', '#ff6a00', '#ffd200', '#00d21e', '#00c8dc', '#0028ff', '#9a00f0']),
  drawn('sunset', 'Sunset', ['#1b1147', '#5b1f72', '#b32d6b', '#ee5a44', '#ffa23c', '#ffe08a']),
  drawn('fire', 'Fire', ['#000000', '#5a0000', '#c81e00', '#ff6a00', '#ffc02a', '#fff3c4'], [0, 0.18, 0.42, 0.64, 0.85, 1]),
  drawn('icefire', 'Icefire', ['#000000', '#00105a', '#0042d2', '#009cff', '#5ae6ff', '#eefcff'], [0, 0.18, 0.42, 0.64, 0.85, 1]),
  drawn('aurora', 'Aurora', ['#04183c', '#00664e', '#0ad26e', '#58f58c', '#12b9a6', '#3a50dc', '#8a26c8', '#04183c']),
  drawn('sakura', 'Sakura', ['#b01e58', '#f2508a', '#ff94b8', '#ffd2dc', '#ff7ca8', '#d8326e', '#b01e58']),
  drawn('pastel', 'Pastel', ['#ff8a94', '#ffb46e', '#f7e672', '#86e68c', '#72d2f0', '#9292ff', '#e284f0', '#ff8a94']),
  drawn('autumn', 'Autumn', ['#4e1206', '#a82404', '#ec6a00', '#ffb010', '#b48a0c', '#7c3c08', '#4e1206']),
  bands('c9', 'C9', ['#dc0a00', '#ff6c00', '#008c1c', '#ffb428', '#0026d8']),
  drawn('orange-teal', 'Orange & Teal', ['#00343e', '#007e8c', '#1cbeb8', '#ffd2a0', '#ff8a28', '#e04e00'], [0, 0.22, 0.4, 0.52, 0.68, 1]),
  drawn('beach', 'Beach', ['#064c96', '#0c96c4', '#4cdcd0', '#fff2d2', '#ffcf7c', '#e09a3e'], [0, 0.26, 0.48, 0.58, 0.74, 1]),
  drawn('temperature', 'Temperature', [
    ...['#8200c8', '#3214dc', '#0070ff', '#00c4e8', '#14c85a'],
    ...['#c8e61e', '#ffcc00', '#ff7000', '#e61200', '#a00028'],
  ]),
];

/** `default` first. */
export const paletteDeclarations: readonly PaletteDeclaration[] = [
  { id: 'default', name: 'Default', colors: [] },
  ...list.map((palette) => palette.declaration),
];

const byId = new Map(list.map((palette) => [palette.declaration.id, palette]));

/** @param colors the zone's, at least one. @returns undefined for a palette that this version does not have. */
export function builtInStops(id: string, colors: readonly Components[]): readonly Stop[] | undefined {
  return byId.get(id)?.stops(colors);
}

function evenly(colors: readonly Components[]): Stop[] {
  return colors.map((color, index) => stop(color, colors.length > 1 ? index / (colors.length - 1) : 0));
}

function stop(color: Components, at: number): Stop {
  return { at, color: [color.r, color.g, color.b] };
}
