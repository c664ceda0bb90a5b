/** What colour a black body of a given temperature has, as values that a client could have sent. */

/** Linear sRGB from CIE XYZ, D65 (IEC 61966-2-1). */
const fromXyz = [
  [3.2406, -1.5372, -0.4986],
  [-0.9689, 1.8758, 0.0415],
  [0.0557, -0.204, 1.057],
] as const;

/**
 * The Planckian locus by M. Krystek, "An algorithm to calculate correlated colour temperature" (Color Research and
 * Application 10, 1985): CIE 1960 u, v as ratios of quadratics, good to 9e-5 from 1,000 to 15,000 K; then by x, y to
 * sRGB, without what lies outside its gamut, the largest component full.
 * @param kelvin 1,500 to 9,000.
 */
export function fromColorTemperature(kelvin: number): { readonly r: number; readonly g: number; readonly b: number } {
  const t = kelvin;
  const u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t * t) / (1 + 8.42420235e-4 * t + 7.08145163e-7 * t * t);
  const v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t * t) / (1 - 2.89741816e-5 * t + 1.61456053e-7 * t * t);
  const scale = 2 * u - 8 * v + 4;
  const [x, y] = [(3 * u) / scale, (2 * v) / scale];
  const [r, g, b] = fromXyz.map((row) => Math.max(0, (row[0] * x) / y + row[1] + (row[2] * (1 - x - y)) / y));
  const [red, green, blue] = [r ?? 0, g ?? 0, b ?? 0];
  const largest = Math.max(red, green, blue);
  return { r: encode(red / largest), g: encode(green / largest), b: encode(blue / largest) };
}

/** The inverse of the sRGB transfer function. @returns 0 to 255, whole. */
function encode(light: number): number {
  return Math.round(255 * (light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055));
}
