/** Who each connected client is: asked by the guards at each subscription and delivery, and by the gate at each publish. */
import { type Account, local } from '../../core/access/account.ts';
import { type Access, everybody } from '../guards/access.ts';

export class Identities {
  /** For the guards. */
  readonly access: Access = everybody;

  accountOf(_clientId: string): Account {
    return local;
  }
}
