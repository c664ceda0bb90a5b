/** Runs a file of scenarios with the daemon as a client of a Mosquitto. Where it is not installed they are left out. */
import { it } from 'vitest';
import { choose } from '../../support/carrier.ts';
import { MosquittoBroker } from '../../support/mosquitto-broker.ts';
import { hasProgram } from '../../support/programs.ts';

/** @param scenarios loads a test file, whose tests become those of the file that calls. */
export async function overMosquitto(scenarios: () => Promise<unknown>): Promise<void> {
  if (!hasProgram('mosquitto')) return it.skip('mosquitto is not installed');
  choose({ start: (port) => MosquittoBroker.start(port) });
  await scenarios();
}
