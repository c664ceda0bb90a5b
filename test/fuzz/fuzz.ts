/**
 * Sends many streams to a daemon, some at once, beside a probe that must be served throughout; tells what became of
 * streams, probe, memory and log. Over which transport is the caller's business.
 */
import type { Duplex } from 'node:stream';
import { Probe } from './probe.ts';
import { makeStream, type Stream } from './streams.ts';
import type { Target } from './target.ts';

/** Streams under way at once; below the cap of connections from one address, with room for those that the daemon still closes. */
const AT_ONCE = 50;
/** Past it a connection counts as hanging: the daemon closes its end at once, or is told to by the reset. */
const CLOSE_MS = 5000;
/** Where the daemon does not take a chunk for so long, because it reads nothing more of this connection, the stream ends there. */
const WRITE_MS = 1000;
/**
 * MiB above the warmed-up daemon: room for the heap that V8 keeps until it needs it, and for what the limits allow to be kept
 * for a while (1,000 sessions of at most 64 KiB, 1 MiB retained). In a run of 50,000 a leak of 4 KiB a stream passes it.
 */
const GROWTH_MOST_MB = 150;
const SETTLE_MS = 20_000;
/** Streams that had ended a little before a trouble was seen are suspects too: the log comes later than the deed. */
const SUSPECTS_ENDED = 50;

export interface FuzzOptions {
  readonly seed: number;
  readonly from: number;
  readonly streams: number;
  /** Of the streams, those after which the memory is measured that it must come back to. */
  readonly warmUp: number;
  readonly target: Target;
  /** A fresh connection to the daemon; rejects where it was refused. */
  readonly open: () => Promise<Duplex>;
  readonly onProgress?: (done: number) => void;
}

export interface Report {
  readonly streams: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Connections that could not be made. */
  readonly refused: number;
  readonly probe: { readonly echoes: readonly number[]; readonly replies: readonly number[] };
  readonly memory: { readonly warm: number; readonly after: number };
  /** Whatever must not be. */
  readonly faults: readonly string[];
  /** Indexes of streams under way, or just ended, when the first fault was seen. */
  readonly suspects: readonly number[];
}

interface Tally {
  readonly open: Set<number>;
  readonly ended: number[];
  readonly hanging: string[];
  done: number;
  bytes: number;
  refused: number;
}

export async function fuzz({ seed, from, streams, warmUp, target, open, onProgress }: FuzzOptions): Promise<Report> {
  const tally: Tally = { open: new Set(), ended: [], hanging: [], done: 0, bytes: 0, refused: 0 };
  let suspects: readonly number[] = [];
  target.onTrouble = () => {
    if (suspects.length === 0) suspects = [...tally.ended.slice(-SUSPECTS_ENDED), ...tally.open].sort((one, other) => one - other);
  };
  const startMs = performance.now();
  const probe = await Probe.start(target.port, 'probe-of-the-fuzzer', 'desk');
  let next = from;
  const send = async (until: number) => {
    while (next < until && target.troubles.length === 0 && probe.faults.length === 0) {
      const stream = makeStream(seed, next);
      next += 1;
      await play(stream, open, tally);
      onProgress?.(tally.done);
    }
  };
  const sendUntil = (until: number) => Promise.all(Array.from({ length: AT_ONCE }, () => send(until)));
  await sendUntil(from + warmUp);
  const warm = target.memory();
  await sendUntil(from + streams);
  if (probe.faults.length > 0) target.onTrouble();
  await probe.stop();
  const after = await settled(target, warm + GROWTH_MOST_MB);
  const grown = after - warm > GROWTH_MOST_MB ? [`the memory grew by ${(after - warm).toFixed(0)} MiB and did not come back`] : [];
  const silent = probe.replies.length === 0 ? ['the probe was never served'] : [];
  return {
    streams: tally.done,
    seconds: (performance.now() - startMs) / 1000,
    bytes: tally.bytes,
    refused: tally.refused,
    probe: { echoes: probe.echoes, replies: probe.replies },
    memory: { warm, after },
    faults: [...target.troubles, ...probe.faults.map((fault) => `probe: ${fault}`), ...tally.hanging, ...silent, ...grown],
    suspects,
  };
}

async function play(stream: Stream, open: () => Promise<Duplex>, tally: Tally): Promise<void> {
  tally.open.add(stream.index);
  try {
    const socket = await open().catch(() => null);
    if (socket === null) tally.refused += 1;
    else if (!(await converse(socket, stream, tally))) tally.hanging.push(`the connection of stream ${stream.index} never ended`);
  } finally {
    tally.open.delete(stream.index);
    tally.ended.push(stream.index);
    if (tally.ended.length > 10 * SUSPECTS_ENDED) tally.ended.splice(0, 9 * SUSPECTS_ENDED);
    tally.done += 1;
  }
}

/** @returns whether the connection ended when it had to. */
async function converse(socket: Duplex, stream: Stream, tally: Tally): Promise<boolean> {
  const closed = new Promise<true>((resolve) => void socket.once('close', () => resolve(true)));
  socket.on('error', () => undefined); // a reset is one way to be told to leave
  if (stream.reads) socket.resume();
  for (const chunk of stream.chunks) {
    if (socket.destroyed || !socket.writable) break;
    tally.bytes += chunk.length;
    if (!(await Promise.race([written(socket, chunk), closed, after(WRITE_MS, false)]))) break;
  }
  await Promise.race([closed, after(stream.linger_ms, false)]);
  if (stream.leaves === 'reset') socket.destroy();
  else socket.end();
  socket.resume();
  const ended = await Promise.race([closed, after(CLOSE_MS, false)]);
  socket.destroy();
  return ended;
}

/** Resolves when the chunk has been handed on, so that chunks are not joined here. */
function written(socket: Duplex, chunk: Buffer): Promise<true> {
  return new Promise((resolve) => {
    socket.write(chunk, () => resolve(true));
  });
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), ms).unref());
}

/** MiB, once it is below the bound or has had its time. */
async function settled(target: Target, bound: number): Promise<number> {
  const end = performance.now() + SETTLE_MS;
  while (target.memory() > bound && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  return target.memory();
}
