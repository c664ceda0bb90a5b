/** Makes MQTT connections of requests that ask for a WebSocket and may have one, and tells the others why not. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { SharedBudget } from '../base/shared-budget.ts';
import type { HttpGuard, HttpLimits, MqttDoor } from './door.ts';
import { type Reply, replyRaw } from './replies.ts';
import { chooseSubprotocol, refuseUpgrade } from './upgrade-check.ts';
import { WebSocketStream } from './web-socket-stream.ts';

const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
/** A message may hold one packet of the greatest length; its fixed header has so many bytes at most. */
const FIXED_HEADER = 5;

const elsewhere: Reply = { status: 404, text: 'MQTT is not served here: another broker is used' };

export class MqttUpgrade {
  readonly #door: MqttDoor | null;
  readonly #server: WebSocketServer;
  readonly #unfinished: SharedBudget;
  #isStopping = false;

  /** @param door `null` where MQTT is served elsewhere. */
  constructor(door: MqttDoor | null, limits: HttpLimits) {
    this.#door = door;
    this.#unfinished = new SharedBudget(limits.unfinished_bytes);
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false, // costs memory for each client, and lets a small message become a huge one
      maxPayload: limits.packet_bytes + FIXED_HEADER,
      autoPong: false,
      skipUTF8Validation: true, // text is refused anyway
      handleProtocols: (_offered, request) => chooseSubprotocol(request.headers['sec-websocket-protocol']) ?? false,
    });
  }

  /** WebSockets that end from now on are told that we are going away. */
  stop(): void {
    this.#isStopping = true;
  }

  /**
   * @param head what came behind the request.
   * @param note counts and logs a refusal. @returns whether it is a WebSocket now.
   */
  take(request: IncomingMessage, socket: Duplex, head: Buffer, address: string, note: (guard: HttpGuard, why: string) => void): boolean {
    const refusal = refuseUpgrade(request);
    const door = this.#door;
    if (refusal !== null || door === null) {
      if (refusal !== null) note(refusal.guard, refusal.text);
      replyRaw(socket, refusal ?? elsewhere);
      return false;
    }
    let taken = false;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      taken = true;
      const closeCode = () => (this.#isStopping ? GOING_AWAY : NORMAL_CLOSURE);
      door.serve(new WebSocketStream({ webSocket, socket, address, unfinished: this.#unfinished, closeCode, refused: note }), address);
    });
    return taken;
  }
}
