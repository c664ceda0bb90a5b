/**
 * The room's face: what all zones show, drawn onto the bytes of all strips for a given moment. The pixel way: each
 * zone's picture in linear light (effect-run, picture), its transition, overlay and brightness (zone-show) onto the canvas
 * by the layout (canvas), then for each strip the split of white, the balance and the gamma (drive), its supply's limit
 * (supply), dither and eight bits (dither) in the order of its wire. Pure: time is an argument, and drawing allocates nothing.
 *
 * Zones are drawn in the layout's order: where they overlap, the later is seen, unless it is off. LEDs of no zone are
 * black.
 */
import type { RenderLayout } from '../model/strip-layout.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';
import { type Canvas, createCanvas, placeZone, stripStarts, WHOLE } from './canvas.ts';
import { Dither, nearest } from './dither.ts';
import { createGamma, type Gamma, leastLight } from './gamma.ts';
import { Library, type OwnEffects } from './library.ts';
import { type StripFrame, StripOutput } from './strip-output.ts';
import { Supply, type SupplyStatus } from './supply.ts';
import { ZoneShow } from './zone-show.ts';

export type { StripFrame };

/** The least drive that rounds to a lit byte; dithered, one that is lit in every fourth frame, too fast to be seen. */
const LEAST_DRIVE = 129;
const LEAST_DITHERED = 65;
const noEffects: OwnEffects = new Map();

export class Stage {
  #canvas: Canvas;
  #gamma: Gamma;
  #leastLight = 0;
  #zones = new Map<string, ZoneShow>();
  /** The zones again, in drawing order: walked each frame. */
  #order: ZoneShow[] = [];
  #outputs: StripOutput[] = [];
  /** Outputs of strips that no supply bounds. */
  #unbounded: StripOutput[] = [];
  #supplies: Supply[] = [];
  readonly #dither = new Dither();
  #dithers = false;
  #frame = 0;
  /** The moment that the frame drawn last shows; NaN while something was changed since. */
  #drawnMs = Number.NaN;

  constructor(layout: RenderLayout) {
    this.#canvas = createCanvas(layout);
    this.#gamma = createGamma(layout.gamma);
    this.configure(layout, 0);
  }

  /** Anew after each `configure`, then the same objects and arrays from frame to frame. */
  get strips(): readonly StripFrame[] {
    return this.#outputs;
  }

  /**
   * Takes a new layout. Zones that stay keep what they show; one whose length changed begins its picture anew.
   * @param effects the user's own.
   */
  configure(layout: RenderLayout, nowMs: number, effects = noEffects): void {
    const starts = stripStarts(layout);
    const library = new Library(effects, layout.palettes);
    const zones = new Map<string, ZoneShow>();
    for (const zone of layout.zones) {
      const places = placeZone(zone, starts);
      const known = this.#zones.get(zone.id);
      const show = known?.length === zone.length ? known : new ZoneShow(zone.id, places, library);
      show.moveTo(places);
      if (known === show) show.renew(library, nowMs);
      if (known !== undefined && known !== show && known.target !== null) {
        show.show({ zone: zone.id, target: known.target, transitionMs: 0 }, nowMs);
      }
      zones.set(zone.id, show);
    }
    this.#zones = zones;
    this.#order = [...zones.values()];
    this.#canvas = createCanvas(layout);
    this.#gamma = createGamma(layout.gamma);
    this.#outputs = layout.strips.map((strip, index) => new StripOutput(strip, this.#canvas, starts[index] ?? 0));
    this.#supply(layout);
    this.dither(this.#dithers);
  }

  /** Whether values between two bytes are spread over frames: worth it where frames follow fast. */
  dither(on: boolean): void {
    this.#dithers = on;
    this.#leastLight = leastLight(this.#gamma, this.#canvas.white.length > 0, on ? LEAST_DITHERED : LEAST_DRIVE);
    this.#drawnMs = Number.NaN;
  }

  /** Changes and overlays of zones that a reload has taken away since they were sent are ignored. */
  show(changes: readonly TargetChange[], overlays: readonly Overlay[], nowMs: number): void {
    for (const change of changes) this.#zones.get(change.zone)?.show(change, nowMs);
    for (const overlay of overlays) this.#zones.get(overlay.zone)?.blink(overlay, nowMs);
    this.#drawnMs = Number.NaN;
  }

  draw(nowMs: number): void {
    const { light, white } = this.#canvas;
    light.fill(0);
    white.fill(0);
    for (const zone of this.#order) zone.draw(this.#canvas, nowMs, this.#leastLight);
    this.#frame += 1;
    this.#dither.setFrame(this.#frame);
    const rounding = this.#dithers ? this.#dither : nearest;
    for (const output of this.#outputs) output.drive(this.#gamma);
    for (const output of this.#unbounded) output.encode(WHOLE, rounding);
    for (const supply of this.#supplies) supply.encode(rounding, nowMs);
    this.#drawnMs = nowMs;
  }

  /**
   * Whether a later frame would differ from the one drawn last: something changed since, a transition or overlay runs,
   * an animated effect in a zone that is lit, a supply's limit settles, or a dithered value lies between two bytes. True
   * until a frame was drawn at or after the end of what moved.
   */
  moving(nowMs: number): boolean {
    if (Number.isNaN(this.#drawnMs)) return true;
    const seenMs = Math.min(nowMs, this.#drawnMs);
    for (const zone of this.#order) if (zone.moving(seenMs)) return true;
    for (const supply of this.#supplies) if (supply.settling) return true;
    if (this.#dithers) for (const output of this.#outputs) if (output.betweenBytes()) return true;
    return false;
  }

  /** Estimate from the bytes drawn last, milliamperes of all strips, each at its own voltage. */
  currentMa(): number {
    return this.#outputs.reduce((sum, output) => sum + output.idleMa + output.litMa, 0);
  }

  /** What each supply is at; the same objects from frame to frame. */
  get supplies(): readonly SupplyStatus[] {
    return this.#supplies;
  }

  #supply(layout: RenderLayout): void {
    const before = new Map(this.#supplies.map((supply) => [supply.id, supply]));
    this.#supplies = layout.supplies.map(({ id, limitMa, strips }) => {
      const fed = strips.flatMap((index) => this.#outputs[index] ?? []);
      const supply = new Supply(id, limitMa, fed);
      const known = before.get(id);
      if (known !== undefined) supply.continueFrom(known);
      return supply;
    });
    const bounded = new Set(layout.supplies.flatMap(({ strips }) => strips));
    this.#unbounded = this.#outputs.filter((_, index) => !bounded.has(index));
  }
}
