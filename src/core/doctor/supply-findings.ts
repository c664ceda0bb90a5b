/** Findings about current: what the strips would draw at full white, by the table that limits go by too. Pure. */
import type { Config } from '../../model/config.ts';
import type { StripConfig } from '../../model/config-strip.ts';
import { drawOf, orderOf } from '../../model/led-types.ts';
import { type Finding, fine, note } from './finding.ts';

/** mA at the strip's own voltage, with every component that it has at full. */
export function fullWhiteMa(strip: StripConfig): number {
  const draw = drawOf(strip);
  const of: Readonly<Record<string, number>> = { R: draw.red, G: draw.green, B: draw.blue, W: draw.white };
  const components = Array.from(orderOf(strip), (letter) => of[letter] ?? 0);
  const lit = draw.series ? Math.max(...components) : components.reduce((sum, mA) => sum + mA, 0);
  return strip.length * (lit + draw.idle);
}

export function supplyFindings({ supplies, strips }: Pick<Config, 'supplies' | 'strips'>): Finding[] {
  const known = new Map<string, StripConfig>(Object.entries(strips));
  const fed = new Set<string>(Object.values(supplies).flatMap((supply) => supply.strips));
  const limited = Object.entries(supplies).map(([id, { limit, strips: names }]) => {
    const own = names.flatMap((name) => known.get(name) ?? []);
    const fullMa = own.reduce((sum, strip) => sum + fullWhiteMa(strip), 0);
    const found = `supply ${id} may give ${amperes(limit)}, and full white of ${names.join(', ')} would draw ${amperes(fullMa)}`;
    return fine('supply', fullMa <= limit ? found : `${found}: bright pictures are dimmed to what it gives`);
  });
  return [...limited, ...[...known].flatMap(([id, strip]) => (fed.has(id) ? [] : [checkUnfed(id, strip)]))];
}

function checkUnfed(id: string, strip: StripConfig): Finding {
  const fullMa = fullWhiteMa(strip);
  const found = `full white of strip ${id} (${strip.length} ${strip.type}) draws about ${amperes(fullMa)}, and nothing limits it`;
  if (strip.output.driver === 'simulated') return fine('supply', found);
  const cure = `Write what its supply can give, less a reserve, into the configuration: "supplies: { ${id}: { limit: ${Math.ceil(fullMa / 100) * 100}, strips: [${id}] } }" (mA).`;
  return note('supply', found, cure);
}

function amperes(mA: number): string {
  return `${(mA / 1000).toFixed(1)} A`;
}
