/** A knob that is turned and pressed in the guest, and what is heard of it outside: every detent and every gesture is held against what was done. */
import { expect } from 'vitest';
import type { TestClient } from '../support/client.ts';
import { KnobEar } from './diuna/knobs.ts';
import type { Guest } from './guest/guest.ts';
import type { Hand, HandOptions, Move } from './guest/hand.ts';
import { connect } from './stage.ts';

/** Of the zone floor, before each case. */
export const START = 128;
const LOOK = { state: 'ON', brightness: START, color: '#ff0000', effect: 'off' } as const;
const BOUNCES = 3;

export class KnobTrial {
  readonly phone: TestClient;
  readonly hand: Hand;
  readonly ear: KnobEar;
  readonly #name: string;

  private constructor(name: string, phone: TestClient, hand: Hand, ear: KnobEar) {
    this.#name = name;
    this.phone = phone;
    this.hand = hand;
    this.ear = ear;
  }

  /** Resolves when the knob, which is `desk`, is open. @param name for what is printed. */
  static async begin(name: string, guest: Guest, hand: Hand): Promise<KnobTrial> {
    const phone = await connect(guest, 'phone');
    const ear = await KnobEar.listen(await connect(guest, 'ear'), 'desk'); // nobody is told of their own changes
    await ear.untilOpen(hand);
    return new KnobTrial(name, phone, hand, ear);
  }

  /** The zone as it is at the start; what was heard up to now is forgotten. */
  async reset(): Promise<void> {
    this.ear.forget();
    const reply = await this.phone.ask({ type: 'zone.set', zone: 'floor', ...LOOK });
    if (reply.ok && reply.changed) await this.ear.untilChanges('floor', 1);
    this.ear.forget();
  }

  /** One after another, so that what is lost the one way is not made up for the other way. @param moves turns alone. */
  async turn(moves: readonly Move[], options: HandOptions = {}): Promise<void> {
    let expected = 0;
    for (const move of moves) {
      const [turned] = await this.hand.move([move], { bounces: BOUNCES, ...options });
      expected += Number(move);
      await this.ear.untilSum(expected);
      const speed = (1e6 * Math.abs(Number(move))) / (turned?.us ?? Number.NaN);
      console.log(
        `${this.#name}: ${move} detents, ${speed.toFixed(0)} a second, ${turned?.writes} edges; ${this.ear.sum()} of ${expected} heard`,
      );
      expect(this.ear.sum(), `after ${move}`).toBe(expected);
    }
  }

  /** With `rotate: { step: 1 }` the zone shows the sum, and every change says who made it. */
  async turnSeen(moves: readonly Move[], options: HandOptions = {}): Promise<void> {
    await this.reset();
    await this.turn(moves, options);
    const changes = await this.ear.untilChanges('floor', this.ear.moves().length);
    const makers = changes.map(({ source, origin, trigger }) => `${source} ${origin} ${trigger}`);
    expect(new Set(makers)).toEqual(new Set(['hardware null knob:desk']));
    expect(changes.at(-1)?.to).toMatchObject({ state: 'ON', brightness: START + this.ear.sum() });
  }

  async press(): Promise<void> {
    await this.reset();
    await this.hand.move(['down', 'wait:80', 'up'], { bounces: BOUNCES });
    await this.ear.untilGesture('pressed');
    expect(this.ear.gestures()).toEqual(['released', 'pressed']);
    expect((await this.ear.untilChanges('floor', 1)).map(({ to }) => to['state'])).toEqual(['OFF']);
  }

  async doublePress(): Promise<void> {
    await this.reset();
    await this.hand.move(['down', 'wait:60', 'up', 'wait:60', 'down', 'wait:60', 'up'], { bounces: BOUNCES });
    await this.ear.untilGesture('double_pressed');
    expect(this.ear.gestures()).toEqual(['released', 'released', 'double_pressed']);
    expect((await this.ear.untilChanges('floor', 1)).map(({ to }) => to['effect'] !== 'off')).toEqual([true]);
  }

  async longPress(): Promise<void> {
    await this.reset();
    await this.hand.move(['down', 'wait:900', 'up'], { bounces: BOUNCES });
    await this.ear.untilGesture('released');
    expect(this.ear.gestures()).toEqual(['long_pressed', 'released']);
  }

  async turnHeld(): Promise<void> {
    await this.reset();
    await this.hand.move(['down', 'wait:100', '+3', '-1', 'wait:100', 'up'], { bounces: BOUNCES, rate: 20 });
    await this.ear.untilGesture('released');
    expect({ gestures: this.ear.gestures(), held: this.ear.sum(true), free: this.ear.moves() }).toEqual({
      gestures: ['released'],
      held: 2,
      free: [],
    });
    const changes = await this.ear.untilChanges('floor', this.ear.moves(true).length);
    expect(changes.at(-1)?.to).toMatchObject({ brightness: START, color: { r: 255, g: 85, b: 0 } });
  }
}
