/**
 * What the machine runs on: the host's own processor (KVM) where that works, or an emulated one, which works everywhere.
 * A /dev/kvm that opens proves nothing: some are made of software, for kernels that were built for them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';

export interface Accelerator {
  readonly name: 'kvm' | 'tcg';
  /** For QEMU. */
  readonly words: readonly string[];
  /** For people: what it is, and why. */
  readonly how: string;
}

const TCG_WORDS = ['-accel', 'tcg,thread=multi', '-cpu', 'max'];
const KVM_WORDS = ['-accel', 'kvm', '-cpu', 'host'];
/** The kernel gets to its panic within a second or two where KVM works. */
const TRIAL_MS = 20_000;
const SAID_CHARACTERS = 160;

/** @param kernel is booted by KVM to find out. DIUNA_LAB_ACCEL may be `tcg` or `kvm`: then that is taken untried. */
export async function chooseAccelerator(kernel: string): Promise<Accelerator> {
  const wanted = process.env['DIUNA_LAB_ACCEL'] ?? '';
  if (!['', 'tcg', 'kvm'].includes(wanted)) throw new Error(`DIUNA_LAB_ACCEL is tcg or kvm, not ${wanted}`);
  if (wanted === 'tcg') return emulated('as DIUNA_LAB_ACCEL says');
  if (wanted === 'kvm') return { name: 'kvm', words: KVM_WORDS, how: 'real, by KVM (as DIUNA_LAB_ACCEL says)' };
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
  } catch {
    return emulated('/dev/kvm is not there, or not for this user');
  }
  const fault = await tryKvm(kernel);
  if (fault !== null) return emulated(`KVM does not run this kernel: ${fault}`);
  return { name: 'kvm', words: KVM_WORDS, how: 'real, by KVM' };
}

function emulated(why: string): Accelerator {
  return { name: 'tcg', words: TCG_WORDS, how: `emulated (${why})` };
}

/** Without a root the kernel panics, which ends QEMU well. @returns what went wrong, or `null`. */
async function tryKvm(kernel: string): Promise<string | null> {
  const machine = ['-M', 'q35', ...KVM_WORDS, '-m', '512', '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'];
  const child = spawn('qemu-system-x86_64', [...machine, '-serial', 'stdio', '-kernel', kernel, '-append', 'console=ttyS0 panic=-1'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: TRIAL_MS,
    killSignal: 'SIGKILL',
  });
  let [console, complaints] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    console = (console + chunk.toString('latin1')).slice(-10_000);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
    if (complaints.includes('KVM internal error')) child.kill('SIGKILL'); // it stands still for a debugger
  });
  const [code] = await once(child, 'close');
  if (code === 0 && console.includes('Unable to mount root')) return null;
  const said = complaints.trim().replaceAll(/\s+/g, ' ').slice(0, SAID_CHARACTERS);
  return said === '' ? `it did not come up within ${TRIAL_MS / 1000} s` : said;
}
