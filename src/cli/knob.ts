/** `diuna knob ID WORDS…`: moves a simulated knob. */
import { asClient, type ClientOptions, refuse } from './client-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

export function knob(id: string, words: readonly string[], options: ClientOptions): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    const { reply, raw } = await connection.request({ type: 'knob.simulate', knob: id, moves: words.join(' ') });
    if (!reply.ok) return refuse(output, reply.error, raw);
    output.result(`knob ${id} moves`, raw);
    return exitCodes.ok;
  });
}
