/** Findings about the renderer's service, which is root's: whether it runs for this configuration, and serves this daemon. Pure. */
import type { ConfiguredFacts, MachineFacts, RendererFacts } from './facts.ts';
import { type Finding, fine, note, problem } from './finding.ts';
import { firstClosed, may } from './permission.ts';

const INSTALL = '"sudo diuna service install --renderer"';
const LOG = '"journalctl -u diuna-renderer -n 20" says why it ended.';
const UNASKED = 'as root, or as its user, doctor could ask it';

/** @param path of the configuration. */
export function rendererFindings(machine: MachineFacts, { renderer, drivers }: ConfiguredFacts, path: string): Finding[] {
  if (renderer === null) return [];
  const stands = checkService(machine, renderer, path);
  if (stands.level === 'problem') return [stands];
  return [stands, ...checkStart(renderer), checkSocket(machine, renderer), ...checkAnswer(renderer), ...checkNetwork(renderer, drivers)];
}

function checkStart({ isEnabled }: RendererFacts): Finding[] {
  if (isEnabled) return [];
  const found = "the renderer's service is not started with the machine";
  return [note('renderer_service', found, 'Run "sudo systemctl enable diuna-renderer".')];
}

function checkService({ hasRenderer }: MachineFacts, { socket, unitConfig, unitSocket, answer }: RendererFacts, path: string): Finding {
  const id = 'renderer_service';
  if (!hasRenderer) {
    return problem(id, `renderer.isolation is service, and the renderer's service is not installed`, `Run ${INSTALL}.`);
  }
  if (unitSocket !== null && unitSocket !== socket.path) {
    const cure = `Leave renderer.socket out of the configuration, or write there: "renderer: { socket: ${unitSocket} }".`;
    return problem(id, `the renderer's service listens at ${unitSocket}, and the configuration looks for it at ${socket.path}`, cure);
  }
  if (unitConfig !== null && unitConfig !== path) {
    const cure = `Keep one configuration: "sudo diuna doctor -c ${unitConfig}" looks at that one.`;
    return problem(id, `the renderer's service drives the pins of ${unitConfig}, and this configuration is ${path}`, cure);
  }
  const folder = socket.path.slice(0, socket.path.lastIndexOf('/'));
  const isMissing = !socket.exists && !socket.chain.some((part) => part.path === folder);
  if (isMissing || answer.kind === 'absent') {
    return problem(id, "the renderer's service is installed, but does not run", `Run "sudo systemctl enable --now diuna-renderer"; ${LOG}`);
  }
  return fine(id, answer.kind === 'closed' ? `the renderer's service seems to run; ${UNASKED}` : "the renderer's service runs");
}

function checkSocket({ account, unit }: MachineFacts, { socket }: RendererFacts): Finding {
  const last = socket.chain.at(-1);
  const closed = firstClosed(account, socket);
  const blocked = closed ?? (socket.exists && last !== undefined && !may(account, last, 'write') ? last : null);
  if (blocked === null) return fine('renderer_socket', `user ${account.name} may use ${socket.path}`);
  const cure =
    unit === null
      ? `Run the daemon as the service's user ("sudo systemctl start diuna"), which the renderer's service is for.`
      : `Give the renderer's service the daemon's group: "sudo diuna service install --renderer --user ${account.name}".`;
  return problem('renderer_socket', `user ${account.name} may not use ${blocked.path}, by which the renderer's service is asked`, cure);
}

function checkAnswer({ answer }: RendererFacts): Finding[] {
  if (answer.kind === 'welcome') return [fine('renderer_version', "the renderer's service is of this version")];
  if (answer.kind !== 'refused') return [];
  const { reason } = answer;
  if (/another daemon/.test(reason)) return [fine('renderer_version', "the renderer's service serves a daemon")];
  if (/version/.test(reason)) {
    const cure = 'Restart both: "sudo systemctl restart diuna-renderer diuna".';
    return [problem('renderer_version', `the renderer's service that runs is of another version than this diuna: ${reason}`, cure)];
  }
  return [problem('renderer_service', `the renderer's service serves nobody: ${reason}`, `Mend what it names; ${LOG}`)];
}

/** One renderer lights all strips. */
function checkNetwork({ hasNetwork }: RendererFacts, { strips }: ConfiguredFacts['drivers']): Finding[] {
  const far = strips.filter(({ output }) => output.driver === 'ddp' || output.driver === 'e131').map(({ id }) => id);
  if (far.length === 0) return [];
  const who = `${far.length === 1 ? 'strip' : 'strips'} ${far.join(', ')}`;
  if (hasNetwork) return [fine('renderer_network', `the renderer's service has a network, for ${who}`)];
  const found = `${who} cannot be reached: the renderer's service lights all strips, and its unit has no network`;
  return [problem('renderer_network', found, `Run ${INSTALL}, which writes the unit for this configuration.`)];
}
