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
    expect(output({ driver: 'auto', gpio: 17 })).toEqual([expect.stringContaining('must be a pin that can drive LEDs')]);
  });

  it('use each SPI bus once, by whatever device or pin', () => {
    const spi = { driver: 'spi' };
    const taken = (name: string) => [`strips.other.output: ${name} is taken already by strip main`];
    expect(output(spi, { ...spi, device: '/dev/spidev0.1' })).toEqual(taken('the SPI bus of /dev/spidev0.1'));
    expect(output(spi, { ...spi, device: '/dev/spidev1.0' })).toEqual([]);
    expect(output(spi, { driver: 'ws281x', gpio: 10 })).toEqual(taken('the SPI bus at GPIO 10'));
    expect(output(spi, { driver: 'auto' })).toEqual(taken('the SPI bus of /dev/spidev0.0'));
    expect(output({ driver: 'auto', gpio: 18 }, { driver: 'auto', gpio: 12, device: '/dev/spidev1.0' })).toEqual(
      taken('the hardware channel PWM0 (GPIO 12)'),
    );
    expect(output({ driver: 'auto', gpio: 18 }, { driver: 'auto', gpio: 13, device: '/dev/spidev1.0' })).toEqual([]);
    expect(check({ strips: { main: { length: 20, output: spi } }, knobs: { desk: { driver: 'onoff', clk: 11, dt: 27 } } })).toEqual([
      'knobs.desk.clk: GPIO 11 is taken already by strip main',
    ]);
  });

  it('use each universe once', () => {
    const strips = (length: number, first: object, second: object) =>
      check({
        strips: { main: { length, output: { driver: 'e131', ...first } }, other: { length: 5, output: { driver: 'e131', ...second } } },
        zones: { floor: { strip: 'main', range: [0, 0] } },
      });
    const host = 'falcon.local';
    expect(strips(171, { host }, { host, universe: 3 })).toEqual([]);
    expect(strips(171, { host }, { host: 'FALCON.local', universe: 2 })).toEqual([
      'strips.other.output: universe 2 at FALCON.local:5568 is taken already by strip main',
    ]);
    expect(strips(171, {}, { universe: 2 })).toEqual([expect.stringContaining('universe 2 by multicast to port 5568 is taken')]);
    expect(strips(171, {}, { universe: 2, host })).toEqual([]);
    expect(strips(171, { universe: 63_998 }, { host })).toEqual([]);
    expect(strips(171, { universe: 63_999 }, { host })).toEqual([expect.stringContaining('the last would be 64000')]);
    expect(strips(1, { interface: 'eth0' }, { universe: 9 })).toEqual([expect.stringContaining('interface: must be an IPv4 address')]);
    expect(strips(1, { interface: '10.0.0.2' }, { universe: 9 })).toEqual([]);
    expect(strips(1, { host, interface: '10.0.0.2' }, { universe: 9 })).toEqual([expect.stringContaining('interface: is for multicast')]);
    expect(strips(1, { host: 'http://x' }, {})).toEqual([expect.stringContaining('must be a host name')]);
  });
});

describe('knobs', () => {
  const knob = (fields: object) => check({ knobs: { desk: { driver: 'onoff', clk: 17, dt: 27, switch: 22, ...fields } } });

  it('as in the documentation have no mistakes', () => {
    expect(knob({ rotate: { zone: 'floor', step: 8 }, press: { type: 'zone.toggle', zone: 'all' } })).toEqual([]);
    expect(knob({ zone: 'all', hold_rotate: { what: 'speed', step: -4 }, press: null, long_press: { type: 'history.undo' } })).toEqual([]);
    expect(check({ knobs: { desk: { driver: 'evdev', device: '/dev/input/event0', zone: 'floor' } } })).toEqual([]);
    expect(check({ knobs: { desk: { driver: 'simulated', clk: 17, dt: 27, device: 'rotary' } } })).toEqual([]);
  });

  it('have pins that nothing else has', () => {
    expect(knob({ switch: 17 })).toEqual(['knobs.desk.switch: GPIO 17 is taken already by knob desk (clk)']);
    const shelf = { driver: 'gpio', switch: 22 };
    const both = (other: object) =>
      check({ knobs: { desk: { driver: 'onoff', clk: 17, dt: 27, switch: 22 }, shelf: { ...shelf, ...other } } });
    expect(both({})).toEqual(['knobs.shelf.switch: GPIO 22 is taken already by knob desk (switch)']);
    expect(both({ chip: 'other' })).toEqual([]);
    expect(both({ driver: 'simulated' })).toEqual([]);
    expect(check({ knobs: { desk: { driver: 'onoff' } } })).toHaveLength(1);
    expect(check({ knobs: { desk: { driver: 'gpio', clk: 17 } } })).toEqual([expect.stringContaining('must have both clk and dt')]);
  });

  it('have the settings of their driver, and what their gestures need', () => {
    expect(check({ knobs: { desk: { driver: 'evdev' } } })[0]).toContain('must have device');
    expect(check({ knobs: { desk: { driver: 'evdev', device: 'rotary', clk: 17, dt: 27 } } })).toEqual([
      'knobs.desk.clk: is not for the driver evdev, which reads device and switch_device',
      'knobs.desk.dt: is not for the driver evdev, which reads device and switch_device',
    ]);
    expect(knob({ device: 'rotary' })).toEqual(['knobs.desk.device: is not for the driver onoff, which reads clk, dt and switch']);
    const button = { driver: 'gpio', switch: 22, zone: 'floor' };
    expect(check({ knobs: { desk: button } })).toEqual([]);
    expect(check({ knobs: { desk: { ...button, rotate: {} } } })).toEqual(['knobs.desk.rotate: needs clk and dt, which this knob has not']);
    const turner = { driver: 'gpio', clk: 17, dt: 27, zone: 'floor', long_press: { type: 'zone.toggle' }, hold_rotate: {} };
    expect(check({ knobs: { desk: turner } })).toEqual([
      'knobs.desk.hold_rotate: needs switch, which this knob has not',
      'knobs.desk.long_press: needs switch, which this knob has not',
    ]);
  });

  it('turn something of a zone', () => {
    expect(knob({ rotate: { zone: 'flor' } })).toEqual([expect.stringContaining('knobs.desk.rotate.zone: must be one of the zones')]);
    expect(knob({ rotate: {} })).toEqual([expect.stringContaining('knobs.desk.rotate.zone: must be one of the zones')]);
    expect(knob({ zone: 'flor' })).toEqual([expect.stringContaining('knobs.desk.zone: must be one of the zones')]);
    expect(knob({ zone: 'floor', rotate: { step: 300 } })).toEqual([expect.stringContaining('must be an integer, -255 to 255, but not 0')]);
    expect(knob({ zone: 'floor', rotate: { what: 'hue', step: 300 } })).toEqual([]);
  });

  it('do what is a command on a zone', () => {
    expect(knob({ press: { type: 'zone.togle', zone: 'floor' } })).toEqual([expect.stringContaining('must be a type of command')]);
    expect(knob({ press: { type: 'state.get' } })).toEqual([expect.stringContaining('must be a type of command')]);
    expect(knob({ press: { type: 'zone.set', zone: 'floor', brightness: 256 } })).toEqual([
      'knobs.desk.press.brightness: must be an integer, 0 to 255',
    ]);
    expect(knob({ press: { type: 'zone.toggle', zone: 'attic' } })).toEqual([expect.stringContaining('knobs.desk.press.zone')]);
    expect(knob({ press: { type: 'zone.toggle' } })).toEqual([
      'knobs.desk.press.zone: is missing: name the zone here, or as the zone of the knob',
    ]);
    expect(knob({ press: { type: 'zone.set_brightness', zone: 'floor' } })).toEqual([
      'knobs.desk.press.brightness: is missing: must be an integer, 0 to 255',
    ]);
    expect(knob({ zone: 'floor', press: { type: 'zone.toggle', colour: 1 } })).toEqual([
      'knobs.desk.press.colour: is no field of zone.toggle',
    ]);
  });

  it('may do several at once', () => {
    const parts = (...commands: unknown[]) => knob({ zone: 'floor', long_press: { type: 'batch', commands } });
    expect(parts({ type: 'zone.toggle' }, { type: 'zone.set', zone: 'all', brightness: 1 })).toEqual([]);
    expect(parts({ type: 'zone.toggle' }, 'off', { type: 'batch' })).toEqual([
      'knobs.desk.long_press.commands.1: must be a command',
      expect.stringContaining('knobs.desk.long_press.commands.2.type: must be a type of command'),
    ]);
    expect(parts()).toEqual(['knobs.desk.long_press.commands: must be a list of 1 to 64 commands']);
  });

  it('are told what values they may have', () => {
    const wrong = {
      driver: 'onof',
      steps_per_detent: 3,
      pull: 'high',
      acceleration: 0,
      bounce_ms: 101,
      rotate: { step: 0, what: 'color' },
    };
    const parsed = configSchema.safeParse({ strips, zones, knobs: { desk: wrong } });
    expect(parsed.error?.issues.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`)).toEqual([
      'driver: must be "onoff" or "gpio" or "evdev" or "simulated"',
      'pull: must be "up" or "down" or "none"',
      'steps_per_detent: must be 1, 2 or 4',
      'bounce_ms: must be an integer, 0 to 100',
      'acceleration: must be a number, 1 to 10',
      'rotate.what: must be "brightness" or "hue" or "speed" or "intensity"',
      'rotate.step: must be an integer, -360 to 360, but not 0',
    ]);
  });
});
