/** How a person connects Home Assistant with a broker: the dialogue of its integration MQTT. */
import * as z from 'zod';
import type { Rest } from './rest.ts';

export interface Broker {
  readonly port: number;
  /** Home Assistant tries 5 by itself where 3.1.1 was chosen, and stays with it where the broker takes it. */
  readonly protocol?: '5' | '3.1.1';
  readonly username?: string;
  readonly password?: string;
}

const fieldSchema = z.looseObject({ name: z.string() });
const stepSchema = z.looseObject({
  type: z.string(),
  flow_id: z.string(),
  step_id: z.string().optional(),
  errors: z.record(z.string(), z.string()).nullish(),
  data_schema: z.array(fieldSchema.extend({ schema: z.array(fieldSchema).optional() })).optional(),
});
type Step = z.infer<typeof stepSchema>;
const FLOW = '/api/config/config_entries/flow';

/** @throws where Home Assistant does not take the broker, with what it says. */
export async function addBroker(rest: Rest, { port, protocol = '5', username, password }: Broker): Promise<void> {
  const form = await rest.ask('POST', FLOW, stepSchema, { handler: 'mqtt', show_advanced_options: true });
  if (form.type !== 'form' || form.step_id !== 'broker') throw new Error(`another step than the broker's: ${JSON.stringify(form)}`);
  const filled = {
    broker: '127.0.0.1',
    port,
    protocol,
    ...(username === undefined ? {} : { username, password }),
  };
  const done = await rest.ask('POST', `${FLOW}/${form.flow_id}`, stepSchema, { ...sections(form), ...filled });
  if (done.type !== 'create_entry') throw new Error(`Home Assistant does not take the broker: ${JSON.stringify(done.errors ?? done)}`);
}

/** What the form's folded parts send where a person leaves them folded. */
const untouched: Readonly<Record<string, unknown>> = { set_client_cert: false, set_ca_cert: 'off', transport: 'tcp' };

function sections({ data_schema = [] }: Step): Record<string, unknown> {
  const filled = data_schema.flatMap(({ name, schema }) => {
    if (schema === undefined) return [];
    const fields = schema.filter((field) => field.name in untouched).map((field) => [field.name, untouched[field.name]]);
    return [[name, Object.fromEntries(fields)]];
  });
  return Object.fromEntries(filled);
}
