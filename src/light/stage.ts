/**
 * The room's face: what all zones show, drawn onto the bytes of all strips for a given moment. The pixel way: each
 * zone's picture in linear light, its transition, overlay and brightness onto the canvas by the layout, then each
 * strip's gamma, eight bits and order. Pure: time is an argument, and drawing allocates nothing.
 *
 * Zones are drawn in the layout's order: where they overlap, the later is seen, unless it is off. LEDs of no zone are
 * black.
 */
import type { RenderLayout } from '../model/strip-layout.ts';
import type { Overlay, TargetChange } from '../model/target-change.ts';
import { type Canvas, createCanvas, placeZone, stripStarts } from './canvas.ts';
import { createGamma, type Gamma } from './gamma.ts';
import { type StripFrame, StripOutput } from './strip-output.ts';
import { ZoneShow } from './zone-show.ts';

export type { StripFrame };

export class Stage {
  #canvas: Canvas;
  #gamma: Gamma;
  #zones = new Map<string, ZoneShow>();
  /** The zones again, in drawing order: walked each frame. */
  #order: ZoneShow[] = [];
  #outputs: StripOutput[] = [];
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

  /** Takes a new layout. Zones that stay keep what they show; one whose length changed begins its picture anew. */
  configure(layout: RenderLayout, nowMs: number): void {
    const starts = stripStarts(layout);
    const zones = new Map<string, ZoneShow>();
    for (const zone of layout.zones) {
      const places = placeZone(zone, starts);
      const known = this.#zones.get(zone.id);
      const show = known?.length === zone.length ? known : new ZoneShow(zone.id, places);
      show.moveTo(places);
      if (known !== undefined && known !== show && known.target !== null) {
        show.show({ zone: zone.id, target: known.target, transitionMs: 0 }, nowMs);
      }
      zones.set(zone.id, show);
    }
    this.#zones = zones;
    this.#order = [...zones.values()];
    this.#canvas = createCanvas(layout);
    this.#gamma = createGamma(layout.gamma);
    this.#outputs = layout.strips.map((strip, index) => new StripOutput(strip, starts[index] ?? 0));
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
    for (const zone of this.#order) zone.draw(this.#canvas, nowMs, this.#gamma.leastLight);
    for (const output of this.#outputs) output.encode(this.#canvas, this.#gamma);
    this.#drawnMs = nowMs;
  }

  /**
   * Whether a later frame would differ from the one drawn last: something changed since, a transition or overlay runs,
   * or an animated effect in a zone that is lit. True until a frame was drawn at or after the end of what moved.
   */
  moving(nowMs: number): boolean {
    if (Number.isNaN(this.#drawnMs)) return true;
    const seenMs = Math.min(nowMs, this.#drawnMs);
    for (const zone of this.#order) if (zone.moving(seenMs)) return true;
    return false;
  }

  /** Estimate from the bytes drawn last, milliamperes at 5 V, of all strips. */
  currentMa(): number {
    return this.#outputs.reduce((sum, output) => sum + output.currentMa, 0);
  }
}
