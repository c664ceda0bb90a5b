/** A will with a delay is kept as long as its session: what it may cost is told at the CONNECT. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Stage } from '../mqtt5/stage.ts';

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
});
afterEach(() => stage[Symbol.asyncDispose]());

const mortal = (bytes: number, willDelayInterval: number) => ({
  clientId: 'mortal',
  properties: { sessionExpiryInterval: 60 },
  will: { topic: 'will', payload: Buffer.alloc(bytes, 0x78), qos: 1 as const, retain: false, properties: { willDelayInterval } },
});

it('one of 65,000 bytes is refused with 0x97', async () => {
  await expect(stage.connect(mortal(65_000, 60))).rejects.toMatchObject({ code: 0x97 });
});

it('one of 8 KiB is taken, and one of 65,000 bytes that need not wait', async () => {
  await stage.connect(mortal(8192, 60));
  await stage.connect(mortal(65_000, 0));
});
