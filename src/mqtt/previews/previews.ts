/**
 * `{base}/preview/{zone}`: what each zone shows, for as long as somebody watches it. The renderer is asked for pictures only
 * then. A picture is published when it differs from the one before and that has been handed to everybody, at most 30 times
 * a second and zone; whoever comes to a zone that stands still gets it as it is.
 */
import type { Clock } from '../../base/clock.ts';
import { Newest, type Timing } from '../../base/newest.ts';
import { zonePreview } from '../../light/zone-preview.ts';
import type { RenderLayout } from '../../model/strip-layout.ts';
import type { Topics } from '../../model/topics.ts';
import type { BytesMessage } from '../message.ts';
import { timingBy } from '../timing.ts';
import { EVERY, type Meant } from './preview-filters.ts';
import { Watchers } from './watchers.ts';

export const PREVIEWS_PER_SECOND = 30;

export interface StripPicture {
  readonly id: string;
  /** r, g, b of each LED, before balance and gamma. */
  readonly rgb: Uint8Array;
}

/** Gives pictures from now on until it is called off; the first at once. */
export type PictureSource = (fps: number, show: (strips: readonly StripPicture[], layout: RenderLayout) => void) => () => void;

export interface PreviewsParts {
  readonly topics: Topics;
  readonly clock: Clock;
  /** Resolves when the message has been handed to everybody; never rejects. */
  readonly publish: (message: BytesMessage) => Promise<void>;
}

interface Feed {
  readonly newest: Newest<Uint8Array>;
  /** What was published last; `null` where the next counts as new, whatever it is. */
  last: Uint8Array | null;
}

interface Picture {
  readonly shown: ReadonlyMap<string, Uint8Array>;
  readonly layout: RenderLayout;
}

export class Previews {
  readonly watchers: Watchers;
  readonly #parts: PreviewsParts;
  readonly #timing: Timing;
  readonly #feeds = new Map<string, Feed>();
  #zones: ReadonlySet<string> = new Set();
  #source: PictureSource | null = null;
  /** Calls the source off; `null` while it gives nothing. */
  #end: (() => void) | null = null;
  #picture: Picture | null = null;

  constructor(parts: PreviewsParts) {
    this.#parts = parts;
    this.#timing = timingBy(parts.clock);
    this.watchers = new Watchers({ topics: parts.topics, wanted: (meant) => this.#wanted(meant), left: () => this.#review() });
  }

  from(source: PictureSource): void {
    this.#source = source;
  }

  /** Takes the zones that there are: a preview of no zone costs nothing. */
  take(zones: Iterable<string>): void {
    this.#zones = new Set(zones);
    this.#review();
  }

  stop(): void {
    this.#zones = new Set();
    this.#review();
  }

  #review(): void {
    const watched = new Set([...this.#zones].filter((zone) => this.watchers.isWatched(zone)));
    for (const [zone, { newest }] of this.#feeds) {
      if (watched.has(zone)) continue;
      newest.stop();
      this.#feeds.delete(zone);
    }
    if (watched.size > 0) {
      this.#end ??= this.#source?.(PREVIEWS_PER_SECOND, (strips, layout) => this.#show(strips, layout)) ?? null;
      return;
    }
    this.#end?.();
    this.#end = null;
    this.#picture = null;
  }

  #wanted(meant: Meant): void {
    this.#review();
    for (const zone of meant === EVERY ? this.#feeds.keys() : [meant]) {
      const feed = this.#feeds.get(zone);
      if (feed !== undefined) feed.last = null;
    }
    if (this.#picture !== null) this.#offer(this.#picture, meant);
  }

  #show(strips: readonly StripPicture[], layout: RenderLayout): void {
    if (this.#end === null) return;
    this.#picture = { shown: new Map(strips.map(({ id, rgb }) => [id, rgb])), layout };
    this.#offer(this.#picture, EVERY);
  }

  #offer({ shown, layout }: Picture, meant: Meant): void {
    for (const zone of layout.zones) {
      const isMeant = meant === EVERY || meant === zone.id;
      if (!isMeant || !this.#zones.has(zone.id) || !this.watchers.isWatched(zone.id)) continue;
      const rgb = zonePreview(zone, layout.strips, shown);
      if (rgb !== null) this.#feed(zone.id).newest.offer(rgb);
    }
  }

  #feed(zone: string): Feed {
    const known = this.#feeds.get(zone);
    if (known !== undefined) return known;
    const topic = this.#parts.topics.preview(zone);
    const feed: Feed = {
      last: null,
      newest: new Newest(1000 / PREVIEWS_PER_SECOND, this.#timing, (rgb) => {
        if (feed.last !== null && Buffer.compare(feed.last, rgb) === 0) return undefined;
        feed.last = rgb;
        return this.#parts.publish({ topic, payload: rgb, qos: 0, retain: false });
      }),
    };
    this.#feeds.set(zone, feed);
    return feed;
  }
}
