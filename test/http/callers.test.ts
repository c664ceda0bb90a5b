/** Host must name us, and a page must be ours or listed. */
import { describe, expect, it } from 'vitest';
import { refuseHost, refuseOrigin } from '../../src/http/callers.ts';

const server = { port: 8180, secure: false, hostName: 'Lamp-Pi' };
const names = {
  hosts: ['home.example', 'tunnel.example:9000', '127.0.0.1:9000'],
  origins: ['https://other.example', 'http://app.example:3000'],
};

describe('a Host is ours', () => {
  it.each([
    '127.0.0.1:8180',
    '127.0.0.1',
    '192.168.1.20:8180',
    '[::1]:8180',
    '[fd00::12]',
    'localhost:8180',
    'LOCALHOST:8180',
    'lamp-pi:8180',
    'lamp-pi.local:8180',
    'lamp-pi.local.:8180',
    'home.example',
    'Home.Example:8180',
    'tunnel.example:9000',
    '127.0.0.1:9000',
  ])('%s', (host) => expect(refuseHost(host, names, server)).toBeNull());
});

describe('a Host is not ours', () => {
  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:8180',
    'localhost.evil.example:8180',
    'lamp-pi.evil.example',
    '127.0.0.1.evil.example:8180',
    'localhost:80',
    '192.168.1.20:9000',
    'user@localhost:8180',
    'localhost:8180/x',
    'localhost:8180, evil.example',
    '[::1',
    '[lamp-pi]:8180',
    'localhost:8180 ',
    `${'a'.repeat(60_000)}.`,
  ])('%s', (host) => expect(refuseHost(host, names, server)).toEqual(expect.any(String)));
});

describe('a page may come in', () => {
  it.each([
    [undefined, '127.0.0.1:8180'],
    ['http://127.0.0.1:8180', '127.0.0.1:8180'],
    ['http://LAMP-pi.local:8180', 'lamp-pi.local:8180'],
    ['http://[::1]:8180', '[::1]:8180'],
    ['https://home.example', 'home.example'], // a proxy ends TLS before us
    ['https://home.example', 'home.example:443'],
    ['https://other.example', '127.0.0.1:8180'],
    ['http://app.example:3000', 'lamp-pi:8180'],
  ])('of %s, to %s', (origin, host) => expect(refuseOrigin(origin, host, names, server)).toBeNull());
});

describe('a page may not come in', () => {
  it.each([
    ['null', '127.0.0.1:8180'],
    ['', '127.0.0.1:8180'],
    ['http://evil.example', '127.0.0.1:8180'],
    ['http://127.0.0.1:3000', '127.0.0.1:8180'],
    ['http://127.0.0.1', '127.0.0.1:8180'],
    ['http://localhost:8180', '127.0.0.1:8180'],
    ['http://127.0.0.1:8180.evil.example', '127.0.0.1:8180'],
    ['http://evil.example@127.0.0.1:8180', '127.0.0.1:8180'],
    ['file://127.0.0.1:8180', '127.0.0.1:8180'],
    ['http://127.0.0.1:8180, http://evil.example', '127.0.0.1:8180'],
    ['http://app.example', 'lamp-pi:8180'],
  ])('of %s, to %s', (origin, host) => expect(refuseOrigin(origin, host, names, server)).toEqual(expect.any(String)));

  it('in HTTP where we serve HTTPS', () => {
    expect(refuseOrigin('http://127.0.0.1:8180', '127.0.0.1:8180', names, { ...server, secure: true })).toEqual(expect.any(String));
    expect(refuseOrigin('https://127.0.0.1:8180', '127.0.0.1:8180', names, { ...server, secure: true })).toBeNull();
  });
});
