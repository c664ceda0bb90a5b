/** What we ask another broker for: the topics on which commands come, and none that was kept. Pure. */
import type { ISubscribePacket, ISubscription } from 'mqtt-packet';
import type { Topics } from '../../model/topics.ts';
import type { Version } from './link.ts';

/** [MQTT-3.8.3.1]: what is retained is not sent. */
const NOTHING_RETAINED = 2;

export function commandFilters({ base }: Topics): string[] {
  return [
    `${base}/client/+/command`,
    `${base}/zone/+/set`,
    `${base}/zone/+/set/+`,
    `${base}/scene/+/set`,
    `${base}/knob/+/simulate`,
    `${base}/system/set`,
  ];
}

/** As the sender's QoS decides at which its reply goes, none is lowered. */
export function subscribePacket(filters: readonly string[], version: Version, messageId: number): ISubscribePacket {
  const more = version === 5 ? { nl: false, rap: false, rh: NOTHING_RETAINED } : {};
  const subscriptions = filters.map((topic): ISubscription => ({ topic, qos: 2, ...more }));
  return { cmd: 'subscribe', messageId, subscriptions };
}

/** @param granted the codes of SUBACK, one a filter. @returns the filters that the broker denied us. */
export function deniedFilters(filters: readonly string[], granted: readonly unknown[]): string[] {
  return filters.filter((_filter, index) => Number(granted[index]) >= 0x80);
}
