/** The topics of protocol §2, built and read. A pure map between topic and meaning. */

/** What a topic that somebody publishes on means to us. */
export type Inbound =
  | { readonly kind: 'foreign' }
  | { readonly kind: 'command'; readonly client: string }
  | { readonly kind: 'set'; readonly zone: string }
  | { readonly kind: 'set_attribute'; readonly zone: string; readonly attribute: string }
  | { readonly kind: 'set_scene'; readonly scene: string }
  | { readonly kind: 'simulate'; readonly knob: string }
  | { readonly kind: 'set_system' }
  /** Ours, and nobody else's to publish on. */
  | { readonly kind: 'reserved' };

export class Topics {
  readonly base: string;
  readonly status: string;
  readonly info: string;
  readonly systemState: string;
  /** Above the previews of all zones. */
  readonly previews: string;
  readonly eventPrefix: string;

  constructor(base: string) {
    this.base = base;
    this.status = `${base}/status`;
    this.info = `${base}/info`;
    this.systemState = `${base}/system/state`;
    this.previews = `${base}/preview`;
    this.eventPrefix = `${base}/event/`;
  }

  command(client: string): string {
    return `${this.base}/client/${encodeClientId(client)}/command`;
  }

  response(client: string): string {
    return `${this.base}/client/${encodeClientId(client)}/response`;
  }

  replay(client: string): string {
    return `${this.base}/client/${encodeClientId(client)}/replay`;
  }

  presence(client: string): string {
    return `${this.base}/client/${encodeClientId(client)}/presence`;
  }

  zoneState(zone: string): string {
    return `${this.base}/zone/${zone}/state`;
  }

  /** Of a group, or `all`. */
  zoneSummary(name: string): string {
    return `${this.base}/zone/${name}/summary`;
  }

  preview(zone: string): string {
    return `${this.previews}/${zone}`;
  }

  /**
   * @param type as `zone.state_changed`. @param subject the zone, knob or client that it is about; `null` for the system.
   */
  event(type: string, subject: string | null): string {
    const [kind = '', name = ''] = type.split('.');
    return `${this.eventPrefix}${kind}/${subject === null ? '' : `${encodeClientId(subject)}/`}${name}`;
  }

  read(topic: string): Inbound {
    if (topic !== this.base && !topic.startsWith(`${this.base}/`)) return { kind: 'foreign' };
    const [room, subject = '', verb, attribute, ...more] = topic.slice(this.base.length + 1).split('/');
    if (subject === '' || more.length > 0) return { kind: 'reserved' };
    if (room === 'system' && subject === 'set' && verb === undefined) return { kind: 'set_system' };
    if (room === 'client' && verb === 'command' && attribute === undefined) return { kind: 'command', client: subject };
    if (room === 'scene' && verb === 'set' && attribute === undefined) return { kind: 'set_scene', scene: subject };
    if (room === 'knob' && verb === 'simulate' && attribute === undefined) return { kind: 'simulate', knob: subject };
    if (room !== 'zone' || verb !== 'set') return { kind: 'reserved' };
    return attribute === undefined ? { kind: 'set', zone: subject } : { kind: 'set_attribute', zone: subject, attribute };
  }
}

/** A client id as it stands in a topic: the UTF-8 bytes of what is outside `[A-Za-z0-9._:-]` are percent-encoded. */
export function encodeClientId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9._:-]/gu, (character) =>
    Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** @returns `null` where `encodeClientId` makes the text of no id: an id has one spelling, so that nobody has two. */
export function decodeClientId(text: string): string | null {
  try {
    const id = decodeURIComponent(text);
    return id !== '' && encodeClientId(id) === text ? id : null;
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    return null;
  }
}
