/** What Home Assistant is told of a knob: an event entity, and a trigger for each gesture. Events are never retained. Pure. */
import type { Topics } from '../model/topics.ts';
import { type Component, type Components, entity, type Identity } from './component.ts';
import type { Named } from './installation.ts';

interface Gesture {
  /** As an event entity names it. */
  readonly event: string;
  /** As a trigger does: Home Assistant has words of its own for presses of a button. */
  readonly type: string;
  /** The event of ours that tells it. */
  readonly told: string;
  /** Which of two ways it was turned; `null` where nothing is turned. */
  readonly way: 'left' | 'right' | null;
}

const gestures: readonly Gesture[] = [
  { event: 'rotated_left', type: 'rotated_left', told: 'knob.rotated', way: 'left' },
  { event: 'rotated_right', type: 'rotated_right', told: 'knob.rotated', way: 'right' },
  { event: 'press', type: 'button_short_press', told: 'knob.pressed', way: null },
  { event: 'double_press', type: 'button_double_press', told: 'knob.double_pressed', way: null },
  { event: 'long_press', type: 'button_long_press', told: 'knob.long_pressed', way: null },
];

const WAY = "{{ 'left' if value_json.payload.detents < 0 else 'right' }}";

/** Of an event of ours the event entity's; nothing at all where it has none for it, as when a button is let go. */
const EVENT = [
  "{% set way = 'left' if value_json.payload.detents | default(0) < 0 else 'right' %}",
  "{% set told = {'knob.rotated': 'rotated_' ~ way, 'knob.pressed': 'press', 'knob.double_pressed': 'double_press', 'knob.long_pressed': 'long_press'} %}",
  '{% if value_json.type in told %}',
  "{{ dict({'event_type': told[value_json.type]}, **value_json.payload) | tojson }}",
  '{% endif %}',
].join('');

export function knobComponents(identity: Identity, { id, name }: Named, topics: Topics): Components {
  const triggers = gestures.map(({ event, type, told, way }): [string, Component] => {
    const turned = way === null ? {} : { payload: way, value_template: WAY };
    const topic = topics.event(told, id);
    return [`${event}_${id}`, { platform: 'device_automation', automation_type: 'trigger', type, subtype: id, topic, qos: 1, ...turned }];
  });
  return {
    [`event_${id}`]: entity(
      identity,
      { platform: 'event', key: `event_${id}`, slug: id, name },
      {
        state_topic: `${topics.eventPrefix}knob/${id}/+`,
        event_types: gestures.map(({ event }) => event),
        value_template: EVENT,
        icon: 'mdi:knob',
      },
    ),
    ...Object.fromEntries(triggers),
  };
}
