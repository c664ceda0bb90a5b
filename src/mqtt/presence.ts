/**
 * Who is there: a retained message for each client that stays longer than 5 s, cleared 10 minutes after it left, at most
 * 500. A script's one-shot publish leaves no trace.
 */
const STAY_MS = 5000;
const CLEAR_MS = 600_000;
const MOST = 500;

export interface PresenceParts {
  readonly publish: (client: string, payload: string) => void;
  readonly joined: (client: string, protocol: number, user: string | null) => void;
  readonly left: (client: string) => void;
  readonly timestamp: () => string;
}

interface Guest {
  readonly since: string;
  readonly protocol: number;
  readonly user: string | null;
  online: boolean;
  timer: NodeJS.Timeout | undefined;
}

export class Presence {
  readonly #parts: PresenceParts;
  readonly #arriving = new Map<string, NodeJS.Timeout>();
  readonly #guests = new Map<string, Guest>();
  readonly #connected = new Set<string>();

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Clients connected now, those of a moment included. */
  get connected(): number {
    return this.#connected.size;
  }

  /** @param user `null` where nobody has to log in. */
  arrive(client: string, protocol: number, user: string | null = null): void {
    const since = this.#parts.timestamp();
    this.#connected.add(client);
    clearTimeout(this.#arriving.get(client));
    this.#arriving.set(
      client,
      setTimeout(() => this.#settle(client, protocol, user, since), STAY_MS),
    );
  }

  leave(client: string): void {
    this.#connected.delete(client);
    clearTimeout(this.#arriving.get(client));
    this.#arriving.delete(client);
    const guest = this.#guests.get(client);
    if (guest === undefined || !guest.online) return;
    guest.online = false;
    this.#guests.delete(client);
    this.#guests.set(client, guest); // behind those who left before
    this.#publish(client, guest);
    this.#parts.left(client);
    clearTimeout(guest.timer);
    guest.timer = setTimeout(() => this.#forget(client), CLEAR_MS);
    guest.timer.unref();
  }

  stop(): void {
    for (const timer of this.#arriving.values()) clearTimeout(timer);
    for (const guest of this.#guests.values()) clearTimeout(guest.timer);
  }

  #settle(client: string, protocol: number, user: string | null, since: string): void {
    this.#arriving.delete(client);
    if (!this.#guests.has(client) && this.#guests.size >= MOST && !this.#makeRoom()) return;
    clearTimeout(this.#guests.get(client)?.timer);
    const guest: Guest = { since, protocol, user, online: true, timer: undefined };
    this.#guests.set(client, guest);
    this.#publish(client, guest);
    this.#parts.joined(client, protocol, user);
  }

  /** Forgets the one that left longest ago. @returns false where all are there. */
  #makeRoom(): boolean {
    for (const [client, guest] of this.#guests) {
      if (guest.online) continue;
      this.#forget(client);
      return true;
    }
    return false;
  }

  #forget(client: string): void {
    clearTimeout(this.#guests.get(client)?.timer);
    this.#guests.delete(client);
    this.#parts.publish(client, '');
  }

  #publish(client: string, { online, since, protocol, user }: Guest): void {
    this.#parts.publish(client, JSON.stringify({ online, since, protocol, user }));
  }
}
