/** Home Assistant's place in this daemon: what it speaks by, and where it is kept what it was told. */
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { type BrokerPort, HomeAssistant } from '../homeassistant/home-assistant.ts';
import type { Config } from '../model/config.ts';
import type { MqttRoom } from '../mqtt/mqtt-room.ts';
import { timingBy } from '../mqtt/timing.ts';
import type { Remembered } from './remembered.ts';

export function homeAssistantOn(config: Config, mqtt: MqttRoom, remembered: Remembered, clock: Clock, logger: Logger): HomeAssistant {
  return new HomeAssistant({
    prefix: config.home_assistant.discovery_prefix,
    base: config.mqtt.base_topic,
    broker: brokerPort(mqtt),
    memory: remembered.of('home_assistant'),
    timing: timingBy(clock),
    random: Math.random,
    logger,
  });
}

function brokerPort(mqtt: MqttRoom): BrokerPort {
  return {
    link: () => mqtt.link,
    isInside: mqtt.connectedClients !== null,
    retain: (topic, payload) => mqtt.announcer.retain(topic, payload),
    hear: (topic, listener) => mqtt.hear(topic, listener),
    retell: () => mqtt.announcer.retell(),
  };
}
