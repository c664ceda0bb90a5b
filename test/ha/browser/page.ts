/** A page of Home Assistant in a Chromium of its own, as the person sees it who set it up. */
import { writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { Chromium } from './chromium.ts';
import { COMPLETE, middleOf, moreInfo, TEXT } from './in-page.ts';

const WAIT_MS = 30_000;
const ASK_EVERY_MS = 100;
const nothing = z.unknown();
const pointSchema = z.object({ x: z.number(), y: z.number() });
const consoleSchema = z.looseObject({ type: z.string(), args: z.array(z.unknown()) });
const exceptionSchema = z.looseObject({
  exceptionDetails: z.looseObject({ text: z.string(), exception: z.looseObject({ description: z.string().optional() }).optional() }),
});
const entrySchema = z.looseObject({ entry: z.looseObject({ level: z.string(), text: z.string(), url: z.string().optional() }) });

/** In pixels of the page. */
export interface Size {
  readonly width: number;
  readonly height: number;
}
export interface Cut extends Size {
  readonly x: number;
  readonly y: number;
}

export class HomeAssistantPage {
  readonly #chromium: Chromium;
  readonly #home: HomeAssistant;
  /** What its console was told as an error, and what was thrown and caught by nobody. */
  readonly errors: string[] = [];

  private constructor(chromium: Chromium, home: HomeAssistant) {
    this.#chromium = chromium;
    this.#home = home;
  }

  /** @param folder for Chromium's files. */
  static async open(home: HomeAssistant, folder: string): Promise<HomeAssistantPage> {
    const self = new HomeAssistantPage(await Chromium.start(folder), home);
    self.#listen();
    for (const domain of ['Page', 'Runtime', 'Log']) await self.#command(`${domain}.enable`);
    await self.#logIn();
    return self;
  }

  #command(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    return this.#chromium.tools.command(method, params, nothing);
  }

  #listen(): void {
    const { tools } = this.#chromium;
    tools.on('Runtime.consoleAPICalled', consoleSchema, ({ type, args }) => {
      if (type === 'error') this.errors.push(JSON.stringify(args));
    });
    tools.on('Runtime.exceptionThrown', exceptionSchema, ({ exceptionDetails: { text, exception } }) => {
      this.errors.push(exception?.description ?? text);
    });
    tools.on('Log.entryAdded', entrySchema, ({ entry: { level, text, url } }) => {
      if (level === 'error') this.errors.push(`${text} ${url ?? ''}`);
    });
  }

  /** By what the browser of a person who has logged in keeps. In light colours, without the bar at the side, and without motion. */
  async #logIn(): Promise<void> {
    const { address, tokens } = this.#home;
    const known = { ...tokens, token_type: 'Bearer', expires_in: 1800, expires: Date.now() + 1_800_000, ha_auth_provider: 'homeassistant' };
    const kept = { hassTokens: { ...known, hassUrl: address, clientId: `${address}/` }, dockedSidebar: 'always_hidden' };
    const source = Object.entries(kept)
      .map(([key, value]) => `localStorage.setItem('${key}', ${JSON.stringify(JSON.stringify(value))});`)
      .join('');
    await this.#command('Page.addScriptToEvaluateOnNewDocument', { source });
    const features = [
      { name: 'prefers-color-scheme', value: 'light' },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ];
    await this.#command('Emulation.setEmulatedMedia', { features });
  }

  async #ask<T>(expression: string, schema: z.ZodType<T>): Promise<T> {
    const answerSchema = z.looseObject({ result: z.looseObject({ value: schema }) });
    const answer = await this.#chromium.tools.command('Runtime.evaluate', { expression, returnByValue: true }, answerSchema);
    return answer.result.value;
  }

  async #until<T>(ask: () => Promise<T | null | false>, what: string): Promise<T> {
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const answer = await ask();
      if (answer !== null && answer !== false) return answer;
      if (performance.now() > end) throw new Error(`waited ${WAIT_MS} ms for ${what}; the page reads:\n${await this.read()}`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** All its text, line by line. */
  read(): Promise<string> {
    return this.#ask(TEXT, z.string());
  }

  /** @param path such as /lovelace/0. @returns when it is there, whole. */
  async show(path: string, { width, height }: Size, texts: readonly string[]): Promise<void> {
    await this.#command('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
    await this.#command('Page.navigate', { url: `${this.#home.address}${path}` });
    await this.reads(texts);
  }

  /** Each is a line of its text. */
  async reads(texts: readonly string[]): Promise<void> {
    const missing = async () => {
      const lines = new Set((await this.read()).split('\n'));
      return texts.filter((text) => !lines.has(text));
    };
    const whole = async () => (await missing()).length === 0 && (await this.#ask(COMPLETE, z.boolean()));
    await this.#until(whole, `${texts.join(', ')}`).catch(async (cause: unknown) => {
      throw new Error(`not all is there; missing: ${(await missing()).join(', ') || 'icons'}`, { cause });
    });
  }

  /** Opens the dialog with all of one entity. */
  async moreInfo(entityId: string): Promise<void> {
    await this.#command('Runtime.evaluate', { expression: moreInfo(entityId) });
  }

  /** @param selector of an element. @returns its middle, once it is drawn and stands still. */
  async drawn(selector: string): Promise<z.infer<typeof pointSchema>> {
    let last: z.infer<typeof pointSchema> | null = null;
    return this.#until(async () => {
      const before: typeof last = last;
      last = await this.#ask(middleOf(selector), pointSchema.nullable());
      return last?.x === before?.x && last?.y === before?.y && last;
    }, selector);
  }

  /** @param selector of an element; the first that is drawn is meant. */
  async click(selector: string): Promise<void> {
    const { x, y } = await this.drawn(selector);
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.#command('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  }

  /** Taken once it stands still. @param path of a PNG file. @param cut of the window; left out: all of it. */
  async picture(path: string, cut?: Cut): Promise<void> {
    const options = { format: 'png', ...(cut === undefined ? {} : { clip: { ...cut, scale: 1 } }) };
    let last = '';
    await this.#until(async () => {
      const before = last;
      last = (await this.#chromium.tools.command('Page.captureScreenshot', options, z.looseObject({ data: z.string() }))).data;
      return last === before;
    }, 'the page to stand still');
    await writeFile(path, Buffer.from(last, 'base64'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#chromium[Symbol.asyncDispose]();
  }
}
