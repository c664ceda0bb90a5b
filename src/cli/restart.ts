/** `diuna restart`: ends the daemon in order, and its service manager starts it again. */
import { asClient, type ClientOptions, refuse } from './client-command.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

export function restart(options: ClientOptions): Promise<ExitCode> {
  return asClient(options, async (connection, output) => {
    const { reply, raw } = await connection.request({ type: 'system.restart' });
    if (!reply.ok) return refuse(output, reply.error, raw);
    output.result('the daemon restarts', raw);
    return exitCodes.ok;
  });
}
