import { expect, it } from 'vitest';
import { loggerTo } from '../../src/system/logger.ts';

const linesOf = () => {
  const lines: Record<string, unknown>[] = [];
  return { lines, stream: { write: (line: string) => void lines.push(JSON.parse(line)) } };
};

it('a line carries level, time, room, facts and message', () => {
  const { lines, stream } = linesOf();
  loggerTo(stream, 'info')
    .room('mqtt')
    .warn({ port: 1883, err: new Error('no') }, 'cannot listen');
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      room: 'mqtt',
      port: 1883,
      err: expect.objectContaining({ message: 'no' }),
      msg: 'cannot listen',
    },
  ]);
});

it('the level changes for all rooms at once', () => {
  const { lines, stream } = linesOf();
  const root = loggerTo(stream, 'warn');
  const room = root.room('store');
  room.info({}, 'unheard');
  root.setLevel('debug');
  room.debug({}, 'heard');
  expect(lines.map(({ msg }) => msg)).toEqual(['heard']);
});
