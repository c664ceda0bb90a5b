/** What `diuna doctor` knows of the machine, the drivers and the configuration: plain facts, which findings are made of. */
import type { Config } from '../../model/config.ts';
import type { DecidedOutput } from '../../model/config-outputs.ts';
import type { Trouble } from './finding.ts';

export interface FileFacts {
  readonly path: string;
  /** Permission bits alone. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A path, from the root down as far as it is there. */
export interface PathFacts {
  readonly path: string;
  readonly chain: readonly FileFacts[];
  readonly exists: boolean;
}

/** Who the daemon runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
  /** Names of its groups. */
  readonly groups: readonly string[];
}

/** What the service's unit says, where there is one that runs this configuration. */
export interface UnitFacts {
  readonly user: string;
  /** It starts as root, and keeps a renderer that has it. */
  readonly startsAsRoot: boolean;
  /** Values by key of [Service], as they hold after drop-ins. */
  readonly settings: ReadonlyMap<string, readonly string[]>;
}

export interface Board {
  /** As it calls itself; null where it says nothing, as on a PC. */
  readonly model: string | null;
  readonly revision: number | null;
}

export interface GpioChip {
  readonly label: string;
  /** In /sys/class/gpio, of its first line. */
  readonly base: number;
  readonly lines: number;
}

/** A line that somebody has, as /sys/kernel/debug/gpio tells it. */
export interface TakenLine {
  readonly chip: string;
  /** Counted from the chip's first. */
  readonly line: number;
  readonly by: string;
}

export interface GpioFacts {
  readonly chips: readonly GpioChip[];
  /** Of /sys/class/gpio/export; null where this kernel has no such thing. */
  readonly exportFile: FileFacts | null;
  /** Numbers in /sys/class/gpio. */
  readonly exported: readonly number[];
  /** null where only root may know. */
  readonly taken: readonly TakenLine[] | null;
  readonly devices: readonly FileFacts[];
  readonly hasGpiomon: boolean;
}

export interface BootFile {
  readonly path: string;
  readonly text: string;
}

export interface Listening {
  /** Empty for every address. */
  readonly host: string;
  readonly port: number;
}

/** What a card has written since the machine started. */
export interface DiskFacts {
  readonly name: string;
  readonly writtenBytes: number;
}

export type SyncFacts =
  | { readonly kind: 'measured'; readonly worstMs: number; readonly rounds: number }
  | { readonly kind: 'late'; readonly waitedMs: number }
  | { readonly kind: 'skipped'; readonly why: string };

export interface StoreFacts {
  readonly folder: PathFacts;
  /** null where it could not be told. */
  readonly freeBytes: number | null;
  /** It is gone when the machine is switched off. */
  readonly inMemory: boolean;
  readonly sync: SyncFacts;
  /** The process of a daemon that has it open. */
  readonly heldBy: number | null;
}

export type ClockFacts = 'synchronized' | 'not_yet' | 'other' | 'none';

export interface InputFacts {
  /** By what the configuration calls them; null where there is no such device. */
  readonly devices: ReadonlyMap<string, FileFacts | null>;
  /** Names that there are. */
  readonly known: readonly string[];
}

/** What holds whatever the configuration says. */
export interface MachineFacts {
  readonly platform: string;
  readonly board: Board;
  /** The firmware's word on voltage and heat; null off a Pi, or where it does not tell. */
  readonly throttled: number | null;
  readonly modules: ReadonlySet<string>;
  /** Modules that are kept from being loaded. */
  readonly blacklist: ReadonlySet<string>;
  readonly boot: BootFile | null;
  readonly hasMem: boolean;
  readonly hasVcio: boolean;
  readonly spi: readonly FileFacts[];
  readonly gpio: GpioFacts;
  readonly clock: ClockFacts;
  readonly listening: readonly Listening[];
  readonly disks: readonly DiskFacts[];
  readonly uptimeS: number;
  readonly unit: UnitFacts | null;
  /** The renderer's service is installed, which is root's. */
  readonly hasRenderer: boolean;
  readonly account: Account;
}

/** The renderer's service, which is root's: how it is set up, and what it says. */
export interface RendererFacts {
  /** Where the configuration looks for it. */
  readonly socket: PathFacts;
  /** What its unit reads and where it listens; null where the unit does not say. */
  readonly unitConfig: string | null;
  readonly unitSocket: string | null;
  /** It is started with the machine. */
  readonly isEnabled: boolean;
  readonly hasNetwork: boolean;
  readonly answer: RendererAnswer;
}

export type RendererAnswer =
  /** Nobody listens there. */
  | { readonly kind: 'absent' }
  /** Whoever asks may not ask it. */
  | { readonly kind: 'closed' }
  /** It would serve a daemon of this version. */
  | { readonly kind: 'welcome' }
  | { readonly kind: 'refused'; readonly reason: string };

export interface AutoFacts {
  readonly why: string;
  readonly fails: boolean;
  /** It would be the pin, were the renderer's service installed. */
  readonly wantsService: boolean;
}

export interface StripFacts {
  readonly id: string;
  readonly leds: number;
  readonly output: DecidedOutput;
  /** Why it is that one, where the configuration leaves it to us. */
  readonly auto: AutoFacts | null;
  /** Of an SPI strip. */
  readonly device: Trouble | null;
  /** Of an SPI strip: whether a frame can be sent. */
  readonly frame: Trouble | null;
}

/** What the drivers say. */
export interface DriverFacts {
  readonly strips: readonly StripFacts[];
  /** What keeps the driver ws281x from this board. */
  readonly board: Trouble | null;
  /** What is wrong with the pins of the ws281x strips. */
  readonly pins: Trouble | null;
  /** Why the renderer's service would not obey the configuration; null also where it is not asked to. */
  readonly trust: Trouble | null;
  /** By knob with the driver onoff. */
  readonly chips: ReadonlyMap<string, Trouble | null>;
  /** By optional package that the configuration needs. */
  readonly packages: ReadonlyMap<string, Trouble | null>;
}

/** What needs a configuration to be known. */
export interface ConfiguredFacts {
  readonly config: Config;
  readonly drivers: DriverFacts;
  readonly store: StoreFacts;
  readonly input: InputFacts;
  /** null where the daemon does not use it. */
  readonly renderer: RendererFacts | null;
}

export interface Facts {
  readonly machine: MachineFacts;
  readonly nodejs: { readonly version: string; readonly wanted: string };
  readonly file: PathFacts;
  /** As it was called on the command line. */
  readonly fileName: string;
  /** The configuration, or what is wrong with it, line by line. */
  readonly configured: ConfiguredFacts | { readonly mistakes: readonly string[] };
}
