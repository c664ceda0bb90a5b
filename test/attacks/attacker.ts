/** The attacker's process: runs one attack, and tells what got through. */
import type { Facts, Target } from './attack.ts';
import { attacks } from './attacks.ts';

export const attacker = {
  run({ id, target }: { readonly id: string; readonly target: Target }): Promise<Facts> {
    const attack = attacks.find((known) => known.id === id);
    if (attack === undefined) throw new Error(`no attack ${id}`);
    return attack.run(target);
  },
};
export type Attacker = typeof attacker;
