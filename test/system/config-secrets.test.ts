/** What may be a secret is repeated nowhere, and who may not read the file is told no value at all. */
import { expect, it } from 'vitest';
import { formatMistake } from '../../src/system/config-mistakes.ts';
import { parseConfig } from '../../src/system/config-text.ts';

const rest = 'strips: { main: { length: 3 } }\nzones: { floor: { strip: main, range: [0, 2] } }\n';
const mistakesOf = (text: string) => {
  const config = parseConfig(text, 'c.yaml');
  return config.ok ? [] : config.error;
};

it.each([
  'users: { ann: { password: hunter2 } }',
  'users: { ann: { password: { is: hunter2 } } }',
  'users: { ann: hunter2 }',
  'users: { ann: {password:hunter2} }',
  'users: [{ ann: { password: hunter2 } }]',
  'users: hunter2',
  'users:\n  ann:\n    password: !hunter2 x',
  'users:\n  ann:\n    password: *hunter2',
  'mqtt: { broker_url: "mqtt://me:hunter2@10.0.0.1:1883" }',
  'mqtt: {broker_url:mqtt://me:hunter2@10.0.0.1}',
  'mqtt: [hunter2]',
  'mqtt: { broker: { password: hunter2 } }',
  'mqtt: { broker: { username: [hunter2] } }',
  'mqtt: { broker: hunter2 }',
])('%s is refused without its secret', (text) => {
  const mistakes = mistakesOf(`${rest}${text}\n`);
  expect(mistakes.length).toBeGreaterThan(0);
  expect(JSON.stringify([mistakes, mistakes.map(formatMistake)])).not.toContain('hunter2');
});

it('the rule of a mistake holds no value, while the file’s owner is told it', () => {
  const [mistake] = mistakesOf(`${rest}renderer: { fps: ten-thousand }\n`);
  expect(mistake?.message).toContain('got "ten-thousand"');
  expect(mistake?.rule).not.toContain('ten-thousand');
});

it('a rule that denies by client id is refused: whoever is denied takes another', () => {
  const [mistake] = mistakesOf(`${rest}mqtt: { access: [{ topic: dev/%c/#, allow: none }] }\n`);
  expect(mistake).toMatchObject({ path: 'mqtt.access[0].topic', message: expect.stringContaining('takes another client id') });
});
