/**
 * Mistakes that no single value shows: a zone beyond its strip, two zones on one LED. Pure; the file's reader adds line
 * numbers. Outputs are judged in config-hardware.ts, groups in config-groups-check.ts, knobs in config-knobs-check.ts, addresses
 * in config-addresses.ts, users in config-rights.ts.
 */
import { nearest } from '../base/nearest.ts';
import type { Config, ZoneConfig } from './config.ts';
import { checkAddresses } from './config-addresses.ts';
import { checkGroups } from './config-groups-check.ts';
import { checkOutputs } from './config-hardware.ts';
import { checkKnobs } from './config-knobs-check.ts';
import type { Mistake, Unjudged } from './config-mistake.ts';
import { checkRights } from './config-rights.ts';
import { checkPalettes, checkSupplies, checkWhite } from './config-supplies.ts';

interface Run {
  readonly strip: string;
  /** LEDs of the strip, both included. */
  readonly first: number;
  readonly last: number;
  readonly path: readonly (string | number)[];
}

/**
 * Finds every mistake across the sections of a config whose values are all well formed.
 * @param unjudged entries that stand in the file but could not be read: what refers to them is not judged.
 */
export function checkReferences(config: Config, unjudged: Unjudged = new Set()): Mistake[] {
  return [
    ...checkAddresses(config),
    ...checkRights(config, unjudged),
    ...checkOutputs(config, unjudged),
    ...checkWhite(config, unjudged),
    ...checkSupplies(config, unjudged),
    ...checkPalettes(config, unjudged),
    ...checkZones(config, unjudged),
    ...checkGroups(config, unjudged),
    ...checkKnobs(config, unjudged),
    ...checkDiscovery(config),
  ];
}

/** On our own topics nobody but the daemon may publish, and Home Assistant has to. */
function checkDiscovery({ mqtt, home_assistant }: Config): Mistake[] {
  if (!home_assistant.enabled || !`${home_assistant.discovery_prefix}/`.startsWith(`${mqtt.base_topic}/`)) return [];
  return [{ path: ['home_assistant', 'discovery_prefix'], message: `must lie outside of mqtt.base_topic, ${mqtt.base_topic}` }];
}

function checkZones(config: Config, unjudged: Unjudged): Mistake[] {
  const mistakes: Mistake[] = [];
  const placed: { zone: string; run: Run }[] = [];
  for (const [id, zone] of Object.entries(config.zones)) {
    if (unjudged.has(`zones.${id}`)) continue;
    const runs: Run[] = [];
    for (const run of runsOf(id, zone, mistakes)) {
      if (unjudged.has(`strips.${run.strip}`)) continue;
      const wrong = checkRun(config, run);
      if (wrong !== null) mistakes.push(wrong);
      else runs.push(run);
    }
    mistakes.push(...checkWithinZone(runs), ...checkOverlaps(id, zone, runs, placed));
    for (const run of runs) placed.push({ zone: id, run });
  }
  return mistakes;
}

/** The runs of a zone, or none where it does not say them in exactly one of the two ways. */
function runsOf(id: string, zone: ZoneConfig, mistakes: Mistake[]): Run[] {
  const path = ['zones', id];
  const { strip, range, segments } = zone;
  if (segments !== undefined) {
    if (strip !== undefined || range !== undefined) {
      mistakes.push({ path, message: 'must have either strip and range, or segments, not both' });
      return [];
    }
    return segments.map((segment, index) => ({
      strip: segment.strip,
      first: segment.range[0],
      last: segment.range[1],
      path: [...path, 'segments', index],
    }));
  }
  if (strip !== undefined && range !== undefined) return [{ strip, first: range[0], last: range[1], path }];
  const missing = strip === undefined && range === undefined ? 'both are missing' : `${strip === undefined ? 'strip' : 'range'} is missing`;
  mistakes.push({ path, message: `must have strip and range, or segments; ${missing}` });
  return [];
}

function checkRun(config: Config, run: Run): Mistake | null {
  const strips = new Map(Object.entries(config.strips));
  const strip = strips.get(run.strip);
  if (strip === undefined) {
    const names = [...strips.keys()];
    return {
      path: [...run.path, 'strip'],
      message: `must be one of the strips: ${names.slice(0, 12).join(', ')}`,
      got: run.strip,
      meant: nearest(run.strip, names, 1),
    };
  }
  const got = `[${run.first}, ${run.last}]`;
  const path = [...run.path, 'range'];
  if (run.first > run.last) return { path, message: 'must have the first LED before the last; to turn it round say reverse: true', got };
  if (run.last >= strip.length) {
    return { path, message: `must stay within strip ${run.strip}, whose LEDs are 0 to ${strip.length - 1}`, got };
  }
  return null;
}

function checkWithinZone(runs: readonly Run[]): Mistake[] {
  return runs.flatMap((run, index) => {
    const twice = runs.slice(0, index).find((before) => shared(before, run) !== null);
    const leds = twice === undefined ? null : shared(twice, run);
    return leds === null ? [] : [{ path: [...run.path, 'range'], message: `must not hold LEDs of the same zone twice: ${leds}` }];
  });
}

function checkOverlaps(id: string, zone: ZoneConfig, runs: readonly Run[], placed: readonly { zone: string; run: Run }[]): Mistake[] {
  if (zone.overlap) return [];
  for (const run of runs) {
    for (const before of placed) {
      const leds = shared(before.run, run);
      if (leds === null) continue;
      const message = `zones ${before.zone} and ${id} share ${leds}; where that is meant say overlap: true in ${id}, which is then drawn over ${before.zone}`;
      return [{ path: [...run.path, 'range'], message }];
    }
  }
  return [];
}

/** Names the LEDs that stand in both runs. @returns null where there are none. */
function shared(a: Run, b: Run): string | null {
  if (a.strip !== b.strip) return null;
  const [first, last] = [Math.max(a.first, b.first), Math.min(a.last, b.last)];
  if (first > last) return null;
  return first === last ? `LED ${first} of strip ${a.strip}` : `LEDs ${first} to ${last} of strip ${a.strip}`;
}
