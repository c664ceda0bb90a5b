/** The renderer's service, which is root's. */
import type { ConfiguredFacts, RendererFacts } from '../../../../src/core/doctor/facts.ts';
import { account, facts, file, renderer, simulated, wired } from '../healthy.ts';
import { type Case, unit } from './case.ts';

const [run, folder, socket] = [file('/run'), file('/run/diuna-renderer', 0o750, 0, 990), file('/run/diuna-renderer/socket', 0o660, 0, 990)];
const like = (more: Partial<RendererFacts>): Pick<ConfiguredFacts, 'renderer'> => ({ renderer: { ...renderer, ...more } });
const refused = (reason: string) => like({ answer: { kind: 'refused', reason } });
const asService = (text: string) => `${text}\nrenderer: { isolation: service }`;
const stranger = { account: { ...account, gids: [777], groups: ['lamp'], name: 'lamp', uid: 777 } };
const path = '/run/diuna-renderer/socket';

export const rendererCases: readonly Case[] = [
  [
    'a service that is wanted and not there',
    'renderer_service',
    'problem',
    facts(asService(simulated), { hasRenderer: false }, like({ unitConfig: null, unitSocket: null, answer: { kind: 'absent' } })),
    'not installed',
    'diuna service install --renderer',
  ],
  [
    'a service that was never started',
    'renderer_service',
    'problem',
    facts(wired, {}, like({ socket: { path, chain: [file('/'), run], exists: false }, answer: { kind: 'absent' } })),
    'does not run',
    'systemctl enable --now diuna-renderer',
  ],
  [
    'a service that was killed, and left its socket',
    'renderer_service',
    'problem',
    facts(wired, {}, like({ answer: { kind: 'absent' } })),
    'does not run',
    'journalctl -u diuna-renderer',
  ],
  [
    'a service that does not come back by itself',
    'renderer_service',
    'note',
    facts(wired, {}, like({ isEnabled: false })),
    'not started with the machine',
    'systemctl enable diuna-renderer',
  ],
  [
    'a service at another socket',
    'renderer_service',
    'problem',
    facts(wired, {}, like({ unitSocket: '/run/lights/socket' })),
    '/run/lights/socket',
    'renderer: { socket: /run/lights/socket }',
  ],
  [
    'a service of another configuration',
    'renderer_service',
    'problem',
    facts(wired, {}, like({ unitConfig: '/etc/lights.yaml' })),
    'pins of /etc/lights.yaml',
    'doctor -c /etc/lights.yaml',
  ],
  [
    'a service that trusts nobody',
    'renderer_service',
    'problem',
    facts(wired, {}, refused('its service cannot serve: /etc/diuna/config.yaml belongs to another user')),
    'belongs to another user',
    'journalctl -u diuna-renderer',
  ],
  [
    'a socket of another group',
    'renderer_socket',
    'problem',
    facts(wired, { ...stranger, unit: unit({ StateDirectory: ['diuna'] }) }, like({ answer: { kind: 'closed' } })),
    'user lamp may not use /run/diuna-renderer',
    'diuna service install --renderer --user lamp',
  ],
  [
    'a socket that only its owner may use',
    'renderer_socket',
    'problem',
    facts(wired, {}, like({ socket: { path, chain: [file('/'), run, folder, { ...socket, mode: 0o600 }], exists: true } })),
    'may not use /run/diuna-renderer/socket',
    'systemctl start diuna',
  ],
  [
    'a service of another version',
    'renderer_version',
    'problem',
    facts(wired, {}, refused('its service refused a message: the service is of version 0.0.9 and the daemon of another: restart both')),
    'version 0.0.9',
    'systemctl restart diuna-renderer diuna',
  ],
  [
    'a strip in the network beside one at a pin',
    'renderer_network',
    'problem',
    facts(
      wired
        .replace('strips: {', 'strips: { far: { length: 5, output: { driver: ddp, host: 192.0.2.7 } },')
        .replace('[main]', '[main, far]'),
      {},
      like({}),
    ),
    'strip far cannot be reached',
    'diuna service install --renderer',
  ],
];
