/** What the streams are made of: names that tempt a program to err, topics within and beyond the rules, payloads of all kinds. Pure. */
import type { Random } from '../failure/support/random.ts';

const ids = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'a',
  'fuzz-one',
  'fuzz-two',
  'ą/ć',
  'with space',
  '+',
  '#',
  '$SYS',
  '\u{1F4A1}',
  'x'.repeat(23),
  'x'.repeat(200),
  'nul\0inside',
] as const;

const topics = [
  'fuzz/a',
  'fuzz/a/b',
  'fuzz/retained',
  '__proto__',
  '__proto__/x',
  'constructor/prototype',
  '/',
  'a//b',
  'ż/ó/ł',
  '$SYS/uptime',
  '$share/group/fuzz/a',
  'fuzz/+/wild',
  'fuzz/#',
  '',
  'nul\0inside',
  'd/'.repeat(40),
  't'.repeat(600),
  'diuna',
  'diuna/status',
  'diuna/info',
  'diuna/system/state',
  'diuna/system/set',
  'diuna/zone/floor/state',
  'diuna/zone/floor/set',
  'diuna/zone/shelf/set',
  'diuna/zone/floor/set/brightness',
  'diuna/zone/shelf/set/color',
  'diuna/zone/floor/set/effect',
  'diuna/zone/__proto__/set',
  'diuna/zone/constructor/set/brightness',
  'diuna/knob/desk/simulate',
  'diuna/client/another/command',
  'diuna/client/%5F%5Fproto%5F%5F/command',
  'diuna/event/zone/floor/state_changed',
] as const;

const filters = [
  '#',
  '+',
  '+/+',
  'fuzz/#',
  'fuzz/+',
  'fuzz/+/b',
  'diuna/#',
  'diuna/zone/+/state',
  'diuna/preview/floor',
  'diuna/client/+/response',
  '$SYS/#',
  '$share/group/fuzz/#',
  '__proto__/#',
  'constructor',
  'a/#/b',
  'a+/b',
  '/+',
  '',
  '+/'.repeat(40),
] as const;

const texts = [
  '',
  '0',
  '255',
  'ON',
  'OFF',
  'TOGGLE',
  'UNDO',
  'RESTART',
  '#ff8800',
  'rainbow',
  'NaN',
  '1e999',
  '-1',
  'null',
  '[]',
  '{',
  '{}',
  '\0',
] as const;
const commandTypes = [
  'zone.set',
  'zone.set_power',
  'zone.toggle',
  'zone.set_color',
  'zone.set_brightness',
  'zone.adjust_brightness',
  'zone.start_effect',
  'zone.stop_effect',
  'zone.next_effect',
  'history.undo',
  'system.identify',
  'system.ping',
  'system.restart',
  'zone.adjust_hue',
  'knob.simulate',
  'state.get',
  'events.replay',
  'scene.activate',
  '__proto__',
] as const;
const values = [0, 1, 128, 255, 256, -1, 1.5, null, true, 'ON', '#00ff00', 'fire-2012', '__proto__', [], {}, 'x'.repeat(300)] as const;
const fields = [
  'brightness',
  'color',
  'state',
  'effect',
  'speed',
  'transition',
  'if_version',
  'after',
  'limit',
  'ack',
  'constructor',
] as const;

export function chance(random: Random, percent: number): boolean {
  return random.integer(100) < percent;
}

export function someBytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => random.integer(256)));
}

export function someId(random: Random): string {
  return chance(random, 50) ? `fuzz-${random.integer(5000)}` : random.pick(ids);
}

export function someTopic(random: Random, clientId: string): string {
  if (chance(random, 15)) return `diuna/client/${encodeURIComponent(clientId)}/command`;
  return chance(random, 15) ? `fuzz/${random.integer(2000)}` : random.pick(topics);
}

export function someFilter(random: Random, clientId: string): string {
  return chance(random, 15) ? `diuna/client/${encodeURIComponent(clientId)}/response` : random.pick(filters);
}

export function somePayload(random: Random): string | Buffer {
  switch (random.integer(8)) {
    case 0:
      return random.pick(texts);
    case 1:
      return someBytes(random, random.integer(64));
    case 2:
      return Buffer.alloc(random.pick([1000, 15_000, 20_000, 70_000]), 0x61);
    case 3:
      return JSON.stringify({ state: 'ON', [random.pick(fields)]: random.pick(values) });
    case 4:
      return `{"__proto__":{"ok":true},"type":"${random.pick(commandTypes)}","request_id":"constructor"}`;
    default:
      return JSON.stringify(someCommand(random));
  }
}

function someCommand(random: Random): Record<string, unknown> {
  const command: Record<string, unknown> = {
    request_id: `R${random.integer(1000)}`,
    type: random.pick(commandTypes),
    zone: random.pick(['floor', 'shelf', '__proto__', 'toString']),
  };
  for (let count = random.integer(3); count > 0; count -= 1) command[random.pick(fields)] = random.pick(values);
  return chance(random, 10) ? { request_id: 'B', type: 'batch', commands: [command, command] } : command;
}
