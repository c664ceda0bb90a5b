/** Lights, and what belongs to each zone beside its light: palette, speed, intensity, identify, undo. Pure. */
import { KELVIN_MAX, KELVIN_MIN } from '../model/fields.ts';
import { type Component, type Components, entity, type Identity, type Naming } from './component.ts';
import type { Installation, Lit } from './installation.ts';

/** Seconds that Home Assistant's two flashes last. */
const FLASH_S = { short: 1, long: 4 };
/** The effect that stands for none. */
const NONE = 'off';

interface Place extends Lit {
  readonly identity: Identity;
  readonly stateTopic: string;
  readonly setTopic: string;
}

/** The kind stands first in a key: ids may hold any of these words behind an underscore. */
export function zoneComponents(identity: Identity, zone: Lit, installation: Installation): Components {
  const { id } = zone;
  const { topics, palettes } = installation;
  const place: Place = { ...zone, identity, stateTopic: topics.zoneState(id), setTopic: `${topics.base}/zone/${id}/set` };
  return {
    [`light_${id}`]: light(identity, zone, place.stateTopic, installation),
    [`palette_${id}`]: palette(place, palettes),
    [`speed_${id}`]: parameter(place, 'speed', 'mdi:speedometer'),
    [`intensity_${id}`]: parameter(place, 'intensity', 'mdi:tune-vertical'),
    [`identify_${id}`]: button(place, 'identify', { device_class: 'identify' }),
    [`undo_${id}`]: button(place, 'undo', { icon: 'mdi:undo' }),
  };
}

function naming(platform: Naming['platform'], { id, name }: Lit, what: string): Naming {
  return { platform, key: `${what}_${id}`, slug: `${id}_${what}`, name: `${name} ${what}` };
}

function palette(place: Place, options: readonly string[]): Component {
  return entity(place.identity, naming('select', place, 'palette'), {
    command_topic: `${place.setTopic}/palette`,
    state_topic: place.stateTopic,
    value_template: '{{ value_json.palette }}',
    options,
    entity_category: 'config',
    icon: 'mdi:palette',
  });
}

function parameter(place: Place, field: 'speed' | 'intensity', icon: string): Component {
  return entity(place.identity, naming('number', place, field), {
    command_topic: `${place.setTopic}/${field}`,
    state_topic: place.stateTopic,
    value_template: `{{ value_json.${field} }}`,
    min: 0,
    max: 255,
    step: 1,
    mode: 'slider',
    entity_category: 'config',
    icon,
  });
}

/** What it says on the zone's topic is its name as a bare word. */
function button(place: Place, what: 'identify' | 'undo', more: Readonly<Record<string, unknown>>): Component {
  return entity(place.identity, naming('button', place, what), {
    command_topic: place.setTopic,
    payload_press: what.toUpperCase(),
    entity_category: 'config',
    ...more,
  });
}

/** Groups share their keys with zones, as they share their ids. One light stands for them: what it shows is their summary. */
export function groupComponents(identity: Identity, group: Lit, installation: Installation): Components {
  return { [`light_${group.id}`]: light(identity, group, installation.topics.zoneSummary(group.id), installation) };
}

function light(identity: Identity, { id, name, colorModes }: Lit, state: string, { topics, effects }: Installation): Component {
  const kelvin = colorModes.includes('color_temp') ? { color_temp_kelvin: true, min_kelvin: KELVIN_MIN, max_kelvin: KELVIN_MAX } : {};
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
