/** The MQTT room with a source of pictures that a test holds in its hand, and clients that keep what they are shown. */
import type { Account } from '../../../src/core/access/account.ts';
import type { ZoneState } from '../../../src/model/state.ts';
import type { RenderLayout } from '../../../src/model/strip-layout.ts';
import type { StripPicture } from '../../../src/mqtt/previews/previews.ts';
import { layout, run, strip, zone } from '../../light/scenes.ts';
import { until } from '../../support/until.ts';
import { Guest, open, type Room, Users } from '../access/stage.ts';

/** Three LEDs of one strip: the first two are the floor, the last the shelf. */
const plain = layout([strip(3)], [zone('floor', run(0, 2)), zone('shelf', run(2, 1))]);

export class Lights {
  /** What was asked for, in order; 0 where it was called off. */
  readonly asked: number[] = [];
  layout: RenderLayout = plain;
  /** Shown as soon as somebody asks, as what stands still is; `null`: nothing. */
  present: readonly number[] | null = null;
  #show: ((strips: readonly StripPicture[], layout: RenderLayout) => void) | null = null;

  attach({ service }: Room): void {
    service.previews.from((fps, show) => {
      this.asked.push(fps);
      this.#show = show;
      if (this.present !== null) queueMicrotask(() => this.show(...(this.present ?? [])));
      return () => {
        this.asked.push(0);
        this.#show = null;
      };
    });
    this.announce({ service }, ['floor', 'shelf']);
  }

  announce({ service }: Pick<Room, 'service'>, zones: readonly string[]): void {
    service.announce({}, new Map(zones.map((id) => [id, state])), new Map());
  }

  get isAsked(): boolean {
    return this.#show !== null;
  }

  /** Each LED grey, in its level. */
  show(...levels: readonly number[]): void {
    this.#show?.([{ id: 'main', rgb: Uint8Array.from(levels.flatMap((level) => [level, level, level])) }], this.layout);
  }
}

const state: ZoneState = {
  state: 'OFF',
  brightness: 255,
  color_mode: 'rgb',
  color: { r: 0, g: 0, b: 0 },
  effect: 'off',
  palette: 'default',
  speed: 128,
  intensity: 128,
  colors: [{ r: 0, g: 0, b: 0 }],
  reverse: false,
  mirror: false,
  version: 0,
  seq: 0,
  event_id: null,
  source: 'system',
  origin: null,
  trigger: 'boot',
  request_id: null,
  timestamp: '2026-11-20T13:00:00.000Z',
};

export interface Scene {
  readonly room: Room;
  readonly lights: Lights;
  readonly watch: (id: string, filters?: readonly string[], options?: object) => Promise<Viewer>;
}

/** @param mqttConfig as in the configuration. */
export async function setUp(mqttConfig: object = {}): Promise<Scene> {
  const users = new Users();
  users.isRequired = false;
  const local: Account = { user: null, role: 'admin', zones: null, token: null };
  users.authenticate = () => Promise.resolve({ ok: true, value: local });
  users.renew = () => local;
  const room = await open(users, mqttConfig);
  const lights = new Lights();
  lights.attach(room);
  const watch = async (id: string, filters: readonly string[] = [], options: object = {}) => {
    const viewer = new Viewer(await Guest.connect(room, id, null, options));
    await viewer.guest.subscribe(filters);
    return viewer;
  };
  return { room, lights, watch };
}

export class Viewer {
  readonly guest: Guest;
  /** Topic below `diuna/preview/` and the red of each LED, in the order heard. */
  readonly seen: { zone: string; levels: number[]; retain: boolean; qos: number; atMs: number }[] = [];

  constructor(guest: Guest) {
    this.guest = guest;
    guest.mqtt.on('message', (topic, payload, { retain, qos }) => {
      if (!topic.startsWith('diuna/preview/')) return;
      const levels = [...payload].filter((_, index) => index % 3 === 0);
      this.seen.push({ zone: topic.slice('diuna/preview/'.length), levels, retain, qos, atMs: performance.now() });
    });
  }

  levels(zone: string): number[][] {
    return this.seen.filter((one) => one.zone === zone).map(({ levels }) => levels);
  }

  async sees(zone: string, ...levels: readonly number[]): Promise<void> {
    await until(() => this.levels(zone).at(-1)?.join() === levels.join(), `${zone} at ${levels.join()}`);
  }

  /** Resolves when everything that was published before has been heard. */
  async heardAll(): Promise<void> {
    const topic = `marker/${this.guest.mqtt.options.clientId}/${this.guest.heard.length}`;
    await this.guest.subscribe([topic]);
    await this.guest.mqtt.publishAsync(topic, '', { qos: 1 });
    await until(() => this.guest.heard.includes(topic), 'the marker');
  }
}
