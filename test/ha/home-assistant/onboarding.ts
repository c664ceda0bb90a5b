/** What a person does who opens a new Home Assistant for the first time. */
import * as z from 'zod';
import { type Rest, tokensSchema } from './rest.ts';
import { entriesSchema } from './schemas.ts';

export const PERSON = { name: 'Anna', username: 'anna', password: 'a long one for tests' } as const;
const codeSchema = z.looseObject({ auth_code: z.string() });

/** Logs the person in as well. @returns what renews the login. */
export async function onboard(rest: Rest): Promise<string> {
  const client_id = `${rest.address}/`;
  const { auth_code } = await rest.ask('POST', '/api/onboarding/users', codeSchema, { client_id, language: 'en', ...PERSON });
  const form = { grant_type: 'authorization_code', code: auth_code, client_id };
  const { access_token, refresh_token } = await rest.send('/auth/token', form, tokensSchema);
  rest.token = access_token;
  for (const step of ['core_config', 'analytics']) await rest.ask('POST', `/api/onboarding/${step}`, z.unknown(), {});
  await rest.ask('POST', '/api/onboarding/integration', z.unknown(), { client_id, redirect_uri: `${rest.address}/?auth_callback=1` });
  if (refresh_token === undefined) throw new Error('Home Assistant gave no refresh token');
  return refresh_token;
}

export async function logInAgain(rest: Rest, refresh_token: string): Promise<void> {
  const form = { grant_type: 'refresh_token', refresh_token, client_id: `${rest.address}/` };
  rest.token = (await rest.send('/auth/token', form, tokensSchema)).access_token;
}

const stepsSchema = z.array(z.looseObject({ step: z.string(), done: z.boolean() }));

/** @returns whether it answers, which it does before all of it is loaded. */
export async function answers(rest: Rest): Promise<boolean> {
  try {
    await rest.ask('GET', '/api/onboarding', stepsSchema);
    return true;
  } catch (cause) {
    if (cause instanceof TypeError) return false; // nobody listens yet
    if (cause instanceof Error && /answered with (404|503)/.test(cause.message)) return true; // all steps done: it says so by 404
    throw cause;
  }
}

/** What Home Assistant sets up by itself for a new person, and of that what asks the Internet at each start. */
const byItself = ['google_translate', 'met', 'radio_browser', 'shopping_list'];
const online = ['met', 'radio_browser'];
export const ENTRIES = '/api/config/config_entries/entry';

/** @returns whether all that it sets up by itself is there; what asks the Internet is removed then: its starts would wait for it. */
export async function removeOnline(rest: Rest): Promise<boolean> {
  const entries = await rest.ask('GET', ENTRIES, entriesSchema);
  if (!byItself.every((domain) => entries.some((entry) => entry.domain === domain))) return false;
  const unwanted = entries.filter(({ domain }) => online.includes(domain));
  await Promise.all(unwanted.map(({ entry_id }) => rest.ask('DELETE', `${ENTRIES}/${entry_id}`, z.unknown())));
  return true;
}
