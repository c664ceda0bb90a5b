/** Finds the kernel's input devices by what the configuration calls them: a path, a name in by-path or by-id, or a number. */
import type { FileFacts, InputFacts } from '../../core/doctor/facts.ts';
import type { Files } from './files.ts';

const FOLDER = 'dev/input';
const TOLD = 12;

export function readInputs(files: Files, names: readonly string[]): InputFacts {
  const known = ['by-path', 'by-id'].flatMap((folder) => files.names(`${FOLDER}/${folder}`)).slice(0, TOLD);
  return { devices: new Map(names.map((name) => [name, find(files, name)])), known };
}

function find(files: Files, name: string): FileFacts | null {
  for (const path of candidates(name)) {
    const facts = files.facts(path);
    if (facts !== null) return { ...facts, path };
  }
  return null;
}

function candidates(name: string): string[] {
  if (name.startsWith('/')) return [name];
  if (/^\d+$/.test(name)) return [`/${FOLDER}/event${name}`];
  return ['by-path/', 'by-id/', ''].map((folder) => `/${FOLDER}/${folder}${name}`);
}
