/**
 * `diuna doctor`: looks at the machine, the configuration and who runs the daemon, and says what is in the way of lights
 * and how to mend it. Needs no daemon, changes nothing, and ends within seconds whatever hangs.
 */
import { join, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { diagnose } from '../core/doctor/diagnose.ts';
import type { ConfiguredFacts, Facts, RendererAnswer } from '../core/doctor/facts.ts';
import type { Finding, Trouble } from '../core/doctor/finding.ts';
import { loadConfig } from '../system/config-file.ts';
import { formatMistake } from '../system/config-mistakes.ts';
import { Files } from '../system/machine/files.ts';
import { readInputs } from '../system/machine/input-devices.ts';
import { readMachine } from '../system/machine/read-machine.ts';
import { readPath, readStore } from '../system/machine/store-probe.ts';
import type { Self } from '../system/machine/who-runs.ts';
import { within } from '../system/within.ts';
import { distrustOf } from './doctor/config-trust.ts';
import { inputNames, readDrivers } from './doctor/driver-facts.ts';
import { checkPackage, type PackageCheck } from './doctor/packages.ts';
import { greet, readRenderer } from './doctor/renderer-service.ts';
import { report } from './doctor/report.ts';
import { endProcess } from './end-process.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';
import { standardOutput } from './output.ts';

export interface DoctorOptions {
  readonly config: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** The machine that is looked at. */
export interface Place {
  /** All files are looked for below it; the configuration's path is below it, too. */
  readonly root: string;
  readonly self: Self;
  readonly arch: string;
  readonly nodeVersion: string;
  readonly checkPackage: PackageCheck;
  readonly distrustOf: (path: string) => Trouble | null;
  /** Says hello to the renderer's service. */
  readonly greet: (path: string) => Promise<RendererAnswer>;
}

/** A disk that does not give the configuration by then hangs. */
const CONFIG_MS = 2000;

export async function doctor(
  options: DoctorOptions,
  place = thisPlace(),
  output = standardOutput(options.json === true),
): Promise<ExitCode> {
  const { findings, hangs } = await examine(options.config, place);
  output.result(report(findings, options.verbose === true), findings);
  const code = codeOf(findings);
  return hangs && place.root === '/' ? endProcess(code) : code;
}

export function thisPlace(): Place {
  const self = { platform: process.platform, uid: process.getuid?.() ?? -1, gids: process.getgroups?.() ?? [] };
  return { root: '/', self, arch: process.arch, nodeVersion: process.version, checkPackage, distrustOf, greet };
}

/** @returns also whether something that was asked of a disk is still under way. */
async function examine(config: string, place: Place): Promise<{ findings: Finding[]; hangs: boolean }> {
  const files = new Files(place.root);
  const path = resolve(config);
  const machine = readMachine(files, place.self, path);
  const loaded = await within(CONFIG_MS, loadConfig(place.root === '/' ? config : join(place.root, config)));
  const facts: Omit<Facts, 'configured'> = {
    machine,
    nodejs: { version: place.nodeVersion, wanted: packageJson.engines.node },
    file: await readPath(files, path),
    fileName: config,
  };
  if (loaded === undefined) {
    const mistakes = [`${config} could not be read within ${CONFIG_MS / 1000} s: its disk hangs`];
    return { findings: diagnose({ ...facts, configured: { mistakes } }), hangs: true };
  }
  if (!loaded.ok) return { findings: diagnose({ ...facts, configured: { mistakes: loaded.error.map(formatMistake) } }), hangs: false };
  const drivers = await readDrivers({ config: loaded.value, facts: machine, path, ...place });
  const configured: ConfiguredFacts = {
    config: loaded.value,
    drivers,
    renderer: await readRenderer({ files, machine, strips: drivers.strips, config: loaded.value.renderer, greet: place.greet }),
    store: await readStore(files, loaded.value.store.path),
    input: readInputs(files, inputNames(loaded.value)),
  };
  return { findings: diagnose({ ...facts, configured }), hangs: facts.file.chain.length === 0 || configured.store.sync.kind === 'late' };
}

/** A configuration with mistakes is what to mend first. */
function codeOf(findings: readonly Finding[]): ExitCode {
  const problems = findings.filter(({ level }) => level === 'problem');
  if (problems.some(({ id }) => id === 'config')) return exitCodes.config;
  return problems.length === 0 ? exitCodes.ok : exitCodes.machine;
}
