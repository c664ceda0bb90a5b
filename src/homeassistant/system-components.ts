/** How the daemon is: its sensors, what is wrong with its strips, and its restart. Pure. */
import { type Component, type Components, entity, type Identity } from './component.ts';
import type { Installation } from './installation.ts';

interface Sensor {
  readonly key: string;
  readonly name: string;
  /** What the value is, of `value_json`, the system's state. */
  readonly value: string;
  readonly more: Readonly<Record<string, unknown>>;
}

const sensors: readonly Sensor[] = [
  {
    key: 'fps',
    name: 'Frame rate',
    value: 'value_json.fps',
    more: { unit_of_measurement: 'fps', state_class: 'measurement', icon: 'mdi:filmstrip' },
  },
  {
    key: 'current',
    name: 'Current',
    value: 'value_json.current_ma',
    more: { device_class: 'current', unit_of_measurement: 'mA', state_class: 'measurement', icon: 'mdi:current-dc' },
  },
  { key: 'started', name: 'Started', value: 'value_json.started_at', more: { device_class: 'timestamp' } },
  {
    key: 'latency',
    name: 'Command latency (p99)',
    value: '(value_json.latency_us.p99 / 1000) | round(1) if value_json.latency_us.p99 is number else none',
    more: { device_class: 'duration', unit_of_measurement: 'ms', state_class: 'measurement' },
  },
];

const temperature: Sensor = {
  key: 'cpu_temperature',
  name: 'CPU temperature',
  value: 'value_json.cpu_temperature_c',
  more: { device_class: 'temperature', unit_of_measurement: '°C', state_class: 'measurement' },
};
const clients: Sensor = {
  key: 'clients',
  name: 'Connected clients',
  value: 'value_json.clients',
  more: { state_class: 'measurement', icon: 'mdi:lan-connect' },
};

export function systemComponents(identity: Identity, { topics, strips, limitsPower, machine }: Installation): Components {
  const state = { state_topic: topics.systemState, entity_category: 'diagnostic' };
  const told = [...sensors, ...(machine.tellsTemperature ? [temperature] : []), ...(machine.countsClients ? [clients] : [])];
  const problem = (key: string, name: string, condition: string): [string, Component] => {
    const value = `{{ 'ON' if ${condition} else 'OFF' }}`;
    const naming = { platform: 'binary_sensor', key, slug: key, name } as const;
    return [key, entity(identity, naming, { ...state, value_template: value, device_class: 'problem' })];
  };
  return {
    ...Object.fromEntries(
      told.map(({ key, name, value, more }) => [
        `system_${key}`,
        entity(
          identity,
          { platform: 'sensor', key: `system_${key}`, slug: key, name },
          { ...state, value_template: `{{ ${value} }}`, ...more },
        ),
      ]),
    ),
    ...Object.fromEntries(strips.map(({ id, name }) => problem(`strip_${id}`, `Strip ${name}`, `'${id}' in value_json.failing_outputs`))),
    ...Object.fromEntries(limitsPower ? [problem('system_power', 'Power limited', LIMITING)] : []),
    ...(machine.canRestart ? { system_restart: restart(identity, topics.base) } : {}),
  };
}

const LIMITING = "value_json.supplies.values() | selectattr('limiting') | list | count > 0";

function restart(identity: Identity, base: string): Component {
  return entity(
    identity,
    { platform: 'button', key: 'system_restart', slug: 'restart', name: 'Restart' },
    {
      command_topic: `${base}/system/set`,
      payload_press: 'RESTART',
      device_class: 'restart',
      entity_category: 'diagnostic',
    },
  );
}
