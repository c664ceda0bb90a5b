/** A page of Home Assistant in a Chromium of its own, as the person who set it up sees it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as z from 'zod';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { DevTools } from './devtools.ts';

const START_MS = 60_000;
const WAIT_MS = 30_000;
const ASK_EVERY_MS = 100;
/** As long as a picture waits for a page that moves, and how far two that are the same lie apart. */
const STILL_MS = 8000;
const STILL_EVERY_MS = 500;
const SIZE = { width: 1280, height: 1400, deviceScaleFactor: 1, mobile: false };
const nothing = z.unknown();
/** Home Assistant's pages are made of elements within elements: all text that can be read there. */
const READ = `(() => {
  const texts = [];
  const walk = (node) => {
    if (node.nodeType === 3) texts.push(node.data.trim());
    if (['SCRIPT', 'STYLE', 'TEMPLATE'].includes(node.nodeName)) return;
    if (node.shadowRoot) walk(node.shadowRoot);
    for (const child of node.childNodes) walk(child);
  };
  walk(document.body ?? document.createElement('body'));
  return texts.filter((text) => text !== '').join('\\n');
})()`;

export class HomeAssistantPage {
  readonly #chromium: ChildProcess;
  readonly #tools: DevTools;
  readonly #home: HomeAssistant;

  private constructor(chromium: ChildProcess, tools: DevTools, home: HomeAssistant) {
    this.#chromium = chromium;
    this.#tools = tools;
    this.#home = home;
  }

  /** @param folder for Chromium's files. */
  static async open(home: HomeAssistant, folder: string): Promise<HomeAssistantPage> {
    const profile = await mkdtemp(join(folder, 'chromium-'));
    const options = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--remote-debugging-port=0'];
    const words = ['--pdeathsig', 'KILL', 'chromium', ...options, `--user-data-dir=${profile}`, 'about:blank'];
    const chromium = spawn('setpriv', words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    const port = await devToolsPort(chromium);
    const targets = z.array(z.looseObject({ type: z.string(), webSocketDebuggerUrl: z.string() }));
    const listed = targets.parse(await (await fetch(`http://127.0.0.1:${port}/json/list`)).json());
    const address = listed.find(({ type }) => type === 'page')?.webSocketDebuggerUrl;
    if (address === undefined) throw new Error('Chromium has no page');
    const self = new HomeAssistantPage(chromium, await DevTools.open(address), home);
    await self.#logIn();
    return self;
  }

  async #logIn(): Promise<void> {
    const { address, tokens } = this.#home;
    const known = { ...tokens, token_type: 'Bearer', expires_in: 1800, expires: Date.now() + 1_800_000 };
    const stored = JSON.stringify({ ...known, hassUrl: address, clientId: `${address}/` });
    const source = `localStorage.setItem('hassTokens', ${JSON.stringify(stored)});`;
    await this.#tools.command('Page.enable', {}, nothing);
    await this.#tools.command('Page.addScriptToEvaluateOnNewDocument', { source }, nothing);
    await this.#tools.command('Emulation.setDeviceMetricsOverride', SIZE, nothing);
  }

  /** @param path such as /lovelace/0. @returns when all the texts can be read there. */
  async show(path: string, texts: readonly string[]): Promise<void> {
    await this.#tools.command('Page.navigate', { url: `${this.#home.address}${path}` }, nothing);
    const end = performance.now() + WAIT_MS;
    for (;;) {
      const read = await this.read();
      const missing = texts.filter((text) => !read.includes(text));
      if (missing.length === 0) return;
      if (performance.now() > end) throw new Error(`waited ${WAIT_MS} ms for ${missing.join(', ')} on ${path}, which reads:\n${read}`);
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    }
  }

  /** All its text, line by line. */
  async read(): Promise<string> {
    const schema = z.looseObject({ result: z.looseObject({ value: z.string() }) });
    return (await this.#tools.command('Runtime.evaluate', { expression: READ, returnByValue: true }, schema)).result.value;
  }

  /** Taken once the page stands still: its icons come late. @param path of a PNG file. */
  async picture(path: string): Promise<void> {
    const end = performance.now() + STILL_MS;
    let last = await this.#shot();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, STILL_EVERY_MS));
      const next = await this.#shot();
      if (next === last || performance.now() > end) break;
      last = next;
    }
    await writeFile(path, Buffer.from(last, 'base64'));
  }

  async #shot(): Promise<string> {
    return (await this.#tools.command('Page.captureScreenshot', { format: 'png' }, z.looseObject({ data: z.string() }))).data;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#tools.close();
    const { pid, exitCode, signalCode } = this.#chromium;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const exited = once(this.#chromium, 'exit');
    process.kill(-pid, 'SIGKILL');
    await exited;
  }
}

async function devToolsPort(chromium: ChildProcess): Promise<string> {
  if (chromium.stderr === null) throw new Error('Chromium has no output');
  const said: string[] = [];
  const lines = createInterface(chromium.stderr);
  const late = setTimeout(() => lines.close(), START_MS);
  try {
    for await (const line of lines) {
      said.push(line);
      const port = /DevTools listening on ws:\/\/[^:]+:(\d+)\//.exec(line)?.[1];
      if (port !== undefined) return port;
    }
  } finally {
    clearTimeout(late);
    chromium.stderr.resume();
  }
  throw new Error(`Chromium did not start: ${said.join('\n').slice(-1500)}`);
}
