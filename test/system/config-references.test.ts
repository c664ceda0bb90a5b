import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/model/config.ts';
import { checkReferences } from '../../src/model/config-references.ts';

const strips = { main: { length: 20 }, other: { length: 5 } };
const zones = { floor: { strip: 'main', range: [0, 9] } };
const check = (config: Record<string, unknown>) =>
  checkReferences(configSchema.parse({ strips, zones, ...config })).map(({ path, message }) => `${path.join('.')}: ${message}`);

describe('zones', () => {
  it('lie on strips in one of two ways', () => {
    const both = { strip: 'main', range: [0, 1], segments: [{ strip: 'main', range: [2, 3] }] };
    expect(check({ zones: { both } })).toEqual(['zones.both: must have either strip and range, or segments, not both']);
    expect(check({ zones: { half: { strip: 'main' } } })).toEqual(['zones.half: must have strip and range, or segments; range is missing']);
  });

  it('may share LEDs only where the later one says so', () => {
    const later = { strip: 'main', range: [5, 12] };
    const [found] = check({ zones: { ...zones, later } });
    expect(found).toMatch(/zones floor and later share LEDs 5 to 9 of strip main; where that is meant say overlap: true in later/);
    expect(check({ zones: { ...zones, later: { ...later, overlap: true } } })).toEqual([]);
    expect(check({ zones: { first: { strip: 'main', range: [0, 9], overlap: true }, later } })).toHaveLength(1);
  });

  it('may not hold an LED twice, and have their LEDs in order', () => {
    const segments = [
      { strip: 'main', range: [0, 4] },
      { strip: 'other', range: [0, 4] },
      { strip: 'main', range: [4, 6] },
    ];
    expect(check({ zones: { z: { segments } } })).toEqual([
      'zones.z.segments.2.range: must not hold LEDs of the same zone twice: LED 4 of strip main',
    ]);
    expect(check({ zones: { z: { strip: 'main', range: [4, 2] } } })[0]).toContain('say reverse: true');
  });
});

const password = `$scrypt$ln=15,r=8,p=1$${'a'.repeat(22)}$${'b'.repeat(43)}`;
const users = { ann: { password, zones: ['floor'] }, bob: { password, role: 'viewer' } };
const tls = { cert: 'cert.pem', key: 'key.pem' };

describe('addresses', () => {
  it.each(['0.0.0.0:1883', '192.168.1.4:1883', '[::]:1883', 'raspberrypi:1883', '127.evil.example:1883'])(
    '%s is beyond loopback, and needs users',
    (listen) => {
      const mistake = 'must be a loopback address such as 127.0.0.1 as long as there are no users';
      expect(check({ mqtt: { listen: [listen] } })).toEqual([expect.stringContaining(`mqtt.listen.0: ${mistake}`)]);
      expect(check({ http: { listen } })).toEqual([expect.stringContaining(`http.listen: ${mistake}`)]);
      expect(check({ mqtt: { listen_tls: [listen] }, tls })).toEqual([expect.stringContaining('diuna user add NAME')]);
      expect(check({ mqtt: { listen: [listen] }, users })).toEqual([]);
      expect(check({ http: { listen }, users })).toEqual([]);
    },
  );

  it.each(['127.0.0.1:1883', '127.0.0.53:1', 'localhost:0', '[::1]:1883'])('%s is loopback', (listen) => {
    expect(check({ mqtt: { listen: [listen] } })).toEqual([]);
  });

  it('may stand once, but for port 0', () => {
    const twice = 'is taken already by mqtt.listen.0';
    expect(check({ mqtt: { listen: ['127.0.0.1:8180'] } })).toEqual([expect.stringContaining(`http.listen: ${twice}`)]);
    expect(check({ mqtt: { listen_tls: ['localhost:1883'] }, tls })).toEqual([expect.stringContaining(`mqtt.listen_tls.0: ${twice}`)]);
    expect(check({ mqtt: { listen: ['127.0.0.1:0', '127.0.0.1:0'] } })).toEqual([]);
  });

  it('with TLS need a certificate', () => {
    expect(check({ mqtt: { listen_tls: ['127.0.0.1:8883'] } })).toEqual([expect.stringContaining('mqtt.listen_tls: needs a certificate')]);
    expect(check({ http: { tls: true } })).toEqual([expect.stringContaining('http.tls: needs a certificate')]);
    expect(check({ http: { tls: true }, mqtt: { listen_tls: ['127.0.0.1:8883'] }, tls })).toEqual([]);
  });
});

describe('users and rules', () => {
  const rule = (fields: object) => check({ users, mqtt: { access: [{ topic: 'home/#', allow: 'read', ...fields }] } });

  it('name zones and users that there are', () => {
    expect(check({ users: { ...users, eve: { password, zones: ['floor', 'flor', 'constructor'] } } })).toEqual([
      'users.eve.zones.1: must be one of the zones: floor',
      'users.eve.zones.2: must be one of the zones: floor',
    ]);
    expect(rule({ users: ['ann', 'constructor'] })).toEqual(['mqtt.access.0.users.1: must be one of the users: ann, bob']);
    expect(check({ mqtt: { access: [{ topic: 'a', allow: 'none', users: ['ann'] }] } })[0]).toContain('and there are none');
    const [found] = checkReferences(configSchema.parse({ strips, zones, users: { ann: { password, zones: ['flor'] } } }));
    expect(found).toMatchObject({ got: 'flor', meant: ['floor'] });
  });

  it('do not rule over topics of our own', () => {
    for (const topic of ['diuna', 'diuna/#', 'diuna/zone/+/set', 'diuna/%c'])
      expect(rule({ topic })).toEqual([
        expect.stringContaining('mqtt.access.0.topic: must not be of diuna/…, where the roles of users decide'),
      ]);
    for (const topic of ['#', '+/x', 'diuna2/#', 'homeassistant/#']) expect(rule({ topic })).toEqual([]);
  });

  it('are another broker’s business where one is used', () => {
    const mqtt = { broker_url: 'mqtt://127.0.0.1:1883', access: [{ topic: 'a', allow: 'read' }], listen_tls: ['127.0.0.1:8883'] };
    expect(check({ mqtt, users, tls })).toEqual([
      expect.stringContaining('mqtt.listen_tls: has no effect with mqtt.broker_url'),
      expect.stringContaining('mqtt.access: has no effect with mqtt.broker_url'),
    ]);
    expect(check({ mqtt: { broker_url: 'mqtt://127.0.0.1:1883' }, users })).toEqual([]);
  });
});

describe('outputs', () => {
  const output = (first: object, second: object = { driver: 'simulated' }) =>
    check({ strips: { main: { length: 20, output: first }, other: { length: 5, output: second } } });

  it('name a controller without its port, and one strip a controller', () => {
    expect(output({ driver: 'ddp', host: '10.0.0.7:4048' })).toEqual([expect.stringContaining('must be a host name or address alone')]);
    expect(output({ driver: 'ddp', host: 'http://wled' })).toHaveLength(1);
    const wled = { driver: 'ddp', host: 'wled.local' };
    expect(output(wled, wled)).toEqual(['strips.other.output: wled.local:4048 is taken already by strip main']);
    expect(output(wled, { ...wled, port: 4049 })).toEqual([]);
  });

  it('use pins that can drive LEDs, and each hardware channel once', () => {
    expect(output({ driver: 'ws281x', gpio: 17 })).toEqual([expect.stringContaining('must be a pin that can drive LEDs')]);
    expect(output({ driver: 'ws281x', dma: 5 })).toEqual([expect.stringContaining('SD card')]);
    expect(output({ driver: 'ws281x', gpio: 12 }, { driver: 'ws281x', gpio: 18 })).toEqual([expect.stringContaining('PWM0')]);
    expect(output({ driver: 'ws281x', gpio: 18 }, { driver: 'ws281x', gpio: 13 })).toEqual([]);
  });
});

describe('knobs', () => {
  const knob = (fields: object) => check({ knobs: { desk: { driver: 'onoff', clk: 17, dt: 27, ...fields } } });

  it('as in the documentation have no mistakes', () => {
    expect(knob({ switch: 22, rotate: { zone: 'floor', step: 8 }, press: { type: 'zone.toggle', zone: 'all' } })).toEqual([]);
  });

  it('have pins that nothing else has', () => {
    expect(knob({ switch: 17 })).toEqual(['knobs.desk.switch: GPIO 17 is taken already by knob desk (clk)']);
    expect(check({ knobs: { desk: { driver: 'onoff' } } })).toHaveLength(1);
    expect(check({ knobs: { desk: { driver: 'evdev' } } })[0]).toContain('must have device');
  });

  it('do what is a command on a zone', () => {
    expect(knob({ rotate: { zone: 'flor' } })).toEqual([expect.stringContaining('knobs.desk.rotate.zone: must be one of the zones')]);
    expect(knob({ rotate: { zone: 'floor', step: 0 } })).toHaveLength(1);
    expect(knob({ press: { type: 'zone.togle', zone: 'floor' } })).toEqual([expect.stringContaining('must be a type of command')]);
    expect(knob({ press: { type: 'zone.set', zone: 'floor', brightness: 256 } })).toEqual([
      'knobs.desk.press.brightness: must be an integer, 0 to 255',
    ]);
    expect(knob({ press: { type: 'zone.toggle', zone: 'attic' } })).toEqual([expect.stringContaining('knobs.desk.press.zone')]);
  });
});
