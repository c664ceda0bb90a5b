/** Findings about what the daemon needs beside its hardware: addresses to listen on, and optional packages. Pure. */

import type { Address, Config } from '../../model/config.ts';
import { isLoopback } from '../../model/config-addresses.ts';
import type { ConfiguredFacts, Listening, MachineFacts } from './facts.ts';
import { type Finding, fine, ofTrouble, problem } from './finding.ts';

export function serviceFindings({ listening }: MachineFacts, { config, drivers, store }: ConfiguredFacts): Finding[] {
  return [
    ...addressesOf(config).map(([key, address]) => checkAddress(key, address, listening, store.heldBy)),
    ...[...drivers.packages].map(([name, trouble]) => ofTrouble('package', trouble, `the package ${name} is there`)),
  ];
}

function addressesOf({ mqtt, http }: Config): [key: string, address: Address][] {
  const inside = mqtt.broker_url === null;
  return [
    ...(inside ? mqtt.listen.map((address): [string, Address] => ['mqtt.listen', address]) : []),
    ...(inside ? mqtt.listen_tls.map((address): [string, Address] => ['mqtt.listen_tls', address]) : []),
    ...(http.listen === null ? [] : [['http.listen', http.listen] satisfies [string, Address]]),
  ];
}

function checkAddress(key: string, { host, port }: Address, listening: readonly Listening[], heldBy: number | null): Finding {
  const name = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const taken = port !== 0 && listening.some((other) => other.port === port && meet(other.host, host));
  if (!taken) return fine('port', `${name} (${key}) is free`);
  if (heldBy !== null) return fine('port', `${name} (${key}) is taken, by the diuna that runs already (process ${heldBy}) most likely`);
  const mosquitto = key === 'mqtt.listen' ? ' Often it is Mosquitto: "sudo systemctl disable --now mosquitto".' : '';
  const cure = `"sudo ss -ltnp sport = :${port}" names it.${mosquitto} Or write another port: ${key}.`;
  return problem('port', `another program listens on ${name} (${key})`, cure);
}

/** Whether two cannot listen on one port: one of them takes every address, or both the same. */
function meet(there: string, wanted: string): boolean {
  const every = (host: string) => host === '' || host === '0.0.0.0' || host === '::';
  if (every(there) || every(wanted) || there === wanted) return true;
  return wanted === 'localhost' && isLoopback(there);
}
