/** What a refused client leaves behind: one count, bounded lines, and nobody let in that has gone. */
import { PassThrough } from 'node:stream';
import { Aedes } from 'aedes';
import { expect, it } from 'vitest';
import { local } from '../../../src/core/access/account.ts';
import { Entrance } from '../../../src/mqtt/access/entrance.ts';
import { Identities } from '../../../src/mqtt/access/identities.ts';
import { until } from '../../support/until.ts';
import { open, Raw, Users } from './stage.ts';

it('version 5 refused by its terms is counted once each, and cannot fill the log', async () => {
  const desk = new Users();
  desk.isRequired = false;
  const room = await open(desk);
  for (let index = 0; index < 9; index += 1) {
    const raw = await Raw.open(room, 5);
    raw.connect({ clientId: `raw${index}`, properties: { authenticationMethod: 'none' } });
    await until(() => raw.closed, 'the end');
  }
  expect(room.service.guards).toEqual({ connection_error: 9 });
  const lines = room.log.filter(({ message }) => message === 'refused');
  expect(lines.length).toBe(5);
});

it('who has hung up meanwhile is not let in', async () => {
  const authenticator = new Users().add('ann');
  const identities = new Identities({ base: 'diuna', rules: [], authenticator, isAway: () => false, sessionsMost: 10 });
  const entrance = new Entrance({ authenticator, identities, judgeWill: () => null, failed: () => undefined });
  const client = Object.assign(new Aedes().handle(new PassThrough()), { id: 'ghost' });
  client.conn.destroy();
  const login = { username: 'ann', password: Buffer.from('ann'), address: '127.0.0.1', will: undefined };
  expect(await entrance.enter(client, login)).toMatchObject({ guard: 'login_failed' });
  expect(identities.accountOf(client)).not.toBe(local);
});
