/** Lights, and what belongs to each zone beside its light: palette, speed, intensity, identify, undo. Pure. */
import { type Component, type Components, entity, type Identity } from './component.ts';
import type { Installation, Lit } from './installation.ts';

/** Kelvin; what the protocol takes. */
const KELVIN = { min: 1500, max: 9000 };
/** Seconds that Home Assistant's two flashes last. */
const FLASH_S = { short: 1, long: 4 };
/** The effect that stands for none. */
const NONE = 'off';

/** The kind stands first in a key: ids may hold any of these words behind an underscore. */
export function zoneComponents(identity: Identity, zone: Lit, installation: Installation): Components {
  const { id, name } = zone;
  const state = installation.topics.zoneState(id);
  const set = `${installation.topics.base}/zone/${id}/set`;
  const parameter = (field: 'speed' | 'intensity', icon: string) =>
    entity(
      identity,
      { platform: 'number', key: `${field}_${id}`, slug: `${id}_${field}`, name: `${name} ${field}` },
      {
        command_topic: `${set}/${field}`,
        state_topic: state,
        value_template: `{{ value_json.${field} }}`,
        min: 0,
        max: 255,
        step: 1,
        mode: 'slider',
        entity_category: 'config',
        icon,
      },
    );
  return {
    [`light_${id}`]: light(identity, zone, state, installation),
    [`palette_${id}`]: entity(
      identity,
      { platform: 'select', key: `palette_${id}`, slug: `${id}_palette`, name: `${name} palette` },
      {
        command_topic: `${set}/palette`,
        state_topic: state,
        value_template: '{{ value_json.palette }}',
        options: installation.palettes,
        entity_category: 'config',
        icon: 'mdi:palette',
      },
    ),
    [`speed_${id}`]: parameter('speed', 'mdi:speedometer'),
    [`intensity_${id}`]: parameter('intensity', 'mdi:tune-vertical'),
    [`identify_${id}`]: entity(
      identity,
      { platform: 'button', key: `identify_${id}`, slug: `${id}_identify`, name: `${name} identify` },
      {
        command_topic: set,
        payload_press: 'IDENTIFY',
        device_class: 'identify',
        entity_category: 'diagnostic',
      },
    ),
    [`undo_${id}`]: entity(
      identity,
      { platform: 'button', key: `undo_${id}`, slug: `${id}_undo`, name: `${name} undo` },
      {
        command_topic: set,
        payload_press: 'UNDO',
        entity_category: 'config',
        icon: 'mdi:undo',
      },
    ),
  };
}

/** Groups share their keys with zones, as they share their ids. One light stands for them: what it shows is their summary. */
export function groupComponents(identity: Identity, group: Lit, installation: Installation): Components {
  return { [`light_${group.id}`]: light(identity, group, installation.topics.zoneSummary(group.id), installation) };
}

function light(identity: Identity, { id, name, colorModes }: Lit, state: string, { topics, effects }: Installation): Component {
  const kelvin = colorModes.includes('color_temp') ? { color_temp_kelvin: true, min_kelvin: KELVIN.min, max_kelvin: KELVIN.max } : {};
  return entity(
    identity,
    { platform: 'light', key: `light_${id}`, slug: id, name },
    {
      schema: 'json',
      command_topic: `${topics.base}/zone/${id}/set`,
      state_topic: state,
      brightness: true,
      brightness_scale: 255,
      supported_color_modes: colorModes,
      ...kelvin,
      effect: true,
      effect_list: [NONE, ...effects],
      transition: true,
      flash: true,
      flash_time_short: FLASH_S.short,
      flash_time_long: FLASH_S.long,
    },
  );
}
