/** What one Home Assistant has logged, over all its runs: as text, and as entries by level and logger. */

export interface LogEntry {
  readonly level: string;
  /** The Python module, such as homeassistant.components.mqtt.client. */
  readonly logger: string;
  /** With its further lines: a trace, say. */
  readonly text: string;
}

const FIRST_LINE = /^\d{4}-\d\d-\d\d [\d:.]+ (\w+) \([^)]*\) \[([^\]]+)\] (.*)$/;
const GRAVE = ['WARNING', 'ERROR', 'CRITICAL'];
/** Of one run with everything about MQTT in it; more is cut off at the start. */
const LIMIT_CHARACTERS = 64_000_000;

export class HomeAssistantLog {
  #text = '';

  add(chunk: string): void {
    this.#text = `${this.#text}${chunk}`.slice(-LIMIT_CHARACTERS);
  }

  /** What comes from here on is all. */
  forget(): void {
    this.#text = '';
  }

  get text(): string {
    return this.#text;
  }

  /** The end of it, for messages. */
  get tail(): string {
    return this.#text.slice(-2000);
  }

  entries(): LogEntry[] {
    const entries: { level: string; logger: string; text: string }[] = [];
    for (const line of this.#text.split('\n')) {
      const [, level, logger, text] = FIRST_LINE.exec(line) ?? [];
      const last = entries.at(-1);
      if (level !== undefined && logger !== undefined && text !== undefined) entries.push({ level, logger, text });
      else if (last !== undefined && line !== '') last.text += `\n${line}`;
    }
    return entries;
  }

  /** Warnings and worse of a module and of those within it. */
  warningsOf(module: string): LogEntry[] {
    return this.entries().filter(({ level, logger }) => GRAVE.includes(level) && `${logger}.`.startsWith(`${module}.`));
  }
}
