/** Home Assistant's place in this daemon: what it speaks by, and where it is kept what it was told. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { HomeAssistant, type Line, type Memory } from '../homeassistant/home-assistant.ts';
import type { Config } from '../model/config.ts';
import type { MqttRoom } from '../mqtt/mqtt-room.ts';
import type { Remembered } from './remembered.ts';
import { timingBy } from './timing.ts';

export function homeAssistantOn(config: Config, mqtt: MqttRoom, remembered: Remembered, clock: Clock, logger: Logger): HomeAssistant {
  return new HomeAssistant({
    prefix: config.home_assistant.discovery_prefix,
    base: config.mqtt.base_topic,
    line: lineOver(mqtt),
    memory: memoryIn(remembered),
    timing: timingBy(clock),
    random: Math.random,
    logger,
  });
}

function lineOver(mqtt: MqttRoom): Line {
  return {
    link: () => mqtt.link,
    isInside: mqtt.connectedClients !== null,
    retain: (topic, payload) => mqtt.announcer.retain(topic, payload),
    hear: (topic, listener) => mqtt.hear(topic, listener),
    retell: () => mqtt.announcer.retell(),
  };
}

function memoryIn(remembered: Remembered): Memory {
  return { recall: () => remembered.recall('home_assistant'), keep: (value) => remembered.keep('home_assistant', value) };
}
