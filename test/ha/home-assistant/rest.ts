/** Home Assistant's API over HTTP. */
import * as z from 'zod';

export type Method = 'GET' | 'POST' | 'DELETE';

const REQUEST_MS = 60_000;
export const tokensSchema = z.looseObject({ access_token: z.string(), refresh_token: z.string().optional() });

export class Rest {
  readonly address: string;
  #token: string | null = null;

  constructor(port: number) {
    this.address = `http://127.0.0.1:${port}`;
  }

  /** Of a person who has logged in; `null` until then. */
  get token(): string | null {
    return this.#token;
  }

  set token(token: string) {
    this.#token = token;
  }

  /** @returns the answer, parsed. @throws where it is not a good one. */
  async ask<T>(method: Method, path: string, schema: z.ZodType<T>, body?: unknown): Promise<T> {
    const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    return schema.parse(await this.#request(method, path, content));
  }

  /** As a form of HTML is sent. */
  async send<T>(path: string, form: Readonly<Record<string, string>>, schema: z.ZodType<T>): Promise<T> {
    return schema.parse(await this.#request('POST', path, { body: new URLSearchParams(form) }));
  }

  async #request(
    method: Method,
    path: string,
    { body, headers = {} }: { body?: string | URLSearchParams; headers?: Record<string, string> },
  ) {
    const response = await fetch(`${this.address}${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: { ...headers, ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }) },
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text.slice(0, 500)}`);
    const parsed: unknown = text === '' ? null : JSON.parse(text);
    return parsed;
  }
}
