/**
 * What drives a strip, as the configuration says it, and as the renderer is told: there `auto` is decided, and what
 * follows from the type of LEDs is filled in.
 */
import * as z from 'zod';
import { decimal, integer, oneOf, text } from './fields.ts';

const optional = z.exactOptional;

const deviceAllowed = 'must be an SPI device such as /dev/spidev0.0';
const spiDevice = z.string({ error: deviceAllowed }).regex(/^\/dev\/spidev\d{1,3}\.\d{1,2}$/, { error: deviceAllowed });
const SPI_DEVICE = '/dev/spidev0.0';

/** Bytes of the name in a packet of E1.31, less the zero at its end (ANSI E1.31-2018, 6.2.2). */
const SOURCE_BYTES = 63;
const sourceName = text(SOURCE_BYTES).refine((name) => new TextEncoder().encode(name).length <= SOURCE_BYTES, {
  error: `must be a text of 1 to ${SOURCE_BYTES} bytes in UTF-8`,
});

const port = integer(1, 65_535);
const universe = integer(1, 63_999);
const priority = integer(0, 200);

const simulated = z.strictObject({ driver: z.literal('simulated') });
const ws281x = z.strictObject({ driver: z.literal('ws281x'), gpio: integer(0, 53).default(18), dma: integer(0, 14).default(10) });
const ddp = z.strictObject({ driver: z.literal('ddp'), host: text(255), port: port.default(4048) });

const driversAllowed = ['simulated', 'auto', 'ws281x', 'spi', 'ddp', 'e131'].map((driver) => `"${driver}"`).join(' or ');
export const outputSchema = z.discriminatedUnion(
  'driver',
  [
    simulated,
    z.strictObject({
      driver: z.literal('auto'),
      /** Left out: the pins are not considered. */
      gpio: optional(integer(0, 53)),
      device: spiDevice.default(SPI_DEVICE),
    }),
    ws281x,
    z.strictObject({
      driver: z.literal('spi'),
      device: spiDevice.default(SPI_DEVICE),
      /** SPI bits that make one bit of a WS281x. */
      bits: optional(z.union([z.literal(3), z.literal(4)], { error: 'must be 3 or 4' })),
      /** MHz of the clock line, for apa102. */
      speed: optional(decimal(0.5, 30)),
    }),
    ddp,
    z.strictObject({
      driver: z.literal('e131'),
      /** Left out: multicast. */
      host: optional(text(255)),
      port: port.default(5568),
      /** The first one. */
      universe: universe.default(1),
      priority: priority.default(100),
      /** Left out: diuna and the strip's id. */
      source: optional(sourceName),
      /** This machine's address in the network that multicast goes to; left out: the system chooses. */
      interface: optional(text(45)),
    }),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? `must be ${driversAllowed}` : `must be a map with a driver: ${driversAllowed}`) },
);
export type OutputConfig = z.infer<typeof outputSchema>;
/** What an output may be once `auto` is decided. */
export type DecidedOutput = Exclude<OutputConfig, { driver: 'auto' }>;

/** How LEDs are told by SPI: 3 or 4 SPI bits a bit of a WS281x, or as an APA102 takes it. */
export const spiEncodings = ['ws281x_3', 'ws281x_4', 'apa102'] as const;
export type SpiEncoding = (typeof spiEncodings)[number];

export const outputLayoutSchema = z.discriminatedUnion('driver', [
  simulated,
  ws281x,
  z.strictObject({
    driver: z.literal('spi'),
    device: spiDevice,
    encoding: oneOf(spiEncodings),
    speedHz: integer(500_000, 30_000_000),
  }),
  ddp,
  z.strictObject({
    driver: z.literal('e131'),
    host: text(255).nullable(),
    port,
    universe,
    priority,
    source: sourceName,
    interface: text(45).nullable(),
  }),
]);
export type OutputLayout = z.infer<typeof outputLayoutSchema>;
