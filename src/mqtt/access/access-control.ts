/** Who is let in and who may stay: the entrance, everybody's identity, and the ends of tokens, put together. */
import type { Client } from 'aedes';
import type { Clock } from '../../base/clock.ts';
import type { AccessRule } from '../../model/config-access.ts';
import { Entrance, type EntranceParts, type Login } from './entrance.ts';
import { Identities, type IdentityParts } from './identities.ts';
import type { RefusedLogin } from './refused-login.ts';
import { TokenEnds } from './token-ends.ts';

export interface AccessControlParts extends IdentityParts, Omit<EntranceParts, 'identities'> {
  readonly clock: Clock;
  /** Ends the connection of a client that may not be here any more. */
  readonly dismiss: (client: Client, why: string) => void;
}

export class AccessControl {
  readonly identities: Identities;
  readonly #entrance: Entrance;
  readonly #tokenEnds: TokenEnds;
  readonly #dismiss: AccessControlParts['dismiss'];
  #rules: readonly AccessRule[];

  constructor(parts: AccessControlParts) {
    const { clock, dismiss, rules } = parts;
    const identities = new Identities(parts);
    this.identities = identities;
    this.#entrance = new Entrance({ ...parts, identities });
    this.#dismiss = dismiss;
    this.#rules = rules;
    this.#tokenEnds = new TokenEnds({
      clock,
      firstEnd: () => identities.firstEnd(),
      end: (nowMs) => {
        for (const client of identities.ended(nowMs)) dismiss(client, 'its token has expired');
      },
    });
  }

  /** Never rejects. @returns why the client stays outside, or `null`. */
  async welcome(client: Client, login: Login): Promise<RefusedLogin | null> {
    const refused = await this.#entrance.enter(client, login);
    if (refused === null) this.#tokenEnds.plan();
    return refused;
  }

  /** Judges everybody anew, by other rules where some are given. */
  review(rules = this.#rules): void {
    this.#rules = rules;
    for (const client of this.identities.review(rules)) this.#dismiss(client, 'its account is gone, or not as it was');
    this.#tokenEnds.plan();
  }

  stop(): void {
    this.#tokenEnds.stop();
  }
}
