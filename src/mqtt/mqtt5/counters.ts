/** What happened since start, for the system's state; only ever counts up, but for `connected`. */
export interface Counters {
  connected: number;
  accepted: number;
  /** CONNECT packets answered with a failure. */
  connectsRefused: number;
  /** DISCONNECT packets sent: somebody was told to go. */
  disconnectsSent: number;
  publishesRefused: number;
  filtersRefused: number;
  messagesExpired: number;
  /** Larger than their receiver takes. */
  messagesTooLarge: number;
  /** Pushed out by newer ones while their receiver did not acknowledge. */
  messagesDropped: number;
  willsPublished: number;
  sessionsExpired: number;
}

export function newCounters(): Counters {
  return {
    connected: 0,
    accepted: 0,
    connectsRefused: 0,
    disconnectsSent: 0,
    publishesRefused: 0,
    filtersRefused: 0,
    messagesExpired: 0,
    messagesTooLarge: 0,
    messagesDropped: 0,
    willsPublished: 0,
    sessionsExpired: 0,
  };
}
