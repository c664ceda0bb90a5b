/**
 * From any JSON value to a well-formed request, or the refusal that says why not. Shared by every way in; nothing here
 * looks at state.
 */
import { nearest } from '../base/nearest.ts';
import { err, ok, type Result } from '../base/result.ts';
import {
  type Batch,
  batchableSchemas,
  batchSchema,
  type Change,
  type Command,
  commandTypes,
  envelopeFields,
  envelopeSchema,
  ifVersionSchema,
  type Query,
  type Request,
  simpleSchemas,
} from '../model/command.ts';
import { requestIdSchema } from '../model/ids.ts';
import { type Refusal, refusal } from '../model/refusal.ts';
import { formatPath, refusalFromIssues, show, unknownField } from './issues.ts';

/** What can be said of a command that is not well formed. */
export interface Malformed {
  readonly refusal: Refusal;
  /** Where one could be read, so that the sender knows which command is meant. */
  readonly request_id: Request['request_id'];
  /** Where one could be read, so that the refusal can carry its state. */
  readonly zone: string | null;
}

type Fields = Record<string, unknown>;

/** Bytes of a command, beyond which it is refused as `too_large`. */
export const MAX_COMMAND_BYTES = 65_536;

/** Objects and lists in each other: what is deeper would overflow the stack of whoever walks it. */
const MAX_LEVELS = 32;

/** Reads a command envelope (protocol §3) from its JSON text. */
export function parseRequestText(text: string): Result<Request, Malformed> {
  const json = parseJson(text);
  if (!json.ok) return err({ refusal: json.error, request_id: null, zone: null });
  return parseRequest(json.value);
}

/** Reads JSON; what is not JSON is refused with where it went wrong. */
export function parseJson(text: string): Result<unknown, Refusal> {
  try {
    return ok(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return err(refusal('invalid_json', `the payload must be JSON: ${why.slice(0, 160)}`));
  }
}

export function parseRequest(input: unknown): Result<Request, Malformed> {
  if (!isFields(input)) {
    const what = refusal('invalid_command', `a command must be a JSON object, got ${show(input)}`);
    return err({ refusal: what, request_id: null, zone: null });
  }
  const parsed = parseEnvelope(input);
  if (parsed.ok) return parsed;
  const id = requestIdSchema.safeParse(input['request_id']);
  return err({
    refusal: parsed.error,
    request_id: id.success ? id.data : null,
    zone: typeof input['zone'] === 'string' ? input['zone'] : null,
  });
}

function parseEnvelope(input: Fields): Result<Request, Refusal> {
  if (isDeeper(input, MAX_LEVELS)) return err(refusal('invalid_command', `a command may be nested ${MAX_LEVELS} levels deep, got more`));
  const envelope = envelopeSchema.safeParse(input, { reportInput: true });
  if (!envelope.success) return err(refusalFromIssues(envelope.error, [], envelopeFields));
  const body = Object.fromEntries(Object.entries(input).filter(([field]) => !envelopeFields.includes(field)));
  const command = parseCommand(body);
  if (!command.ok) return command;
  const { request_id, ack, dry_run, issued_at } = envelope.data;
  return ok({
    request_id,
    command: command.value,
    ack: ack ?? 'applied',
    dry_run: dry_run ?? false,
    issued_at_ms: issued_at === undefined ? null : Date.parse(issued_at),
  });
}

/** A command without its envelope, as knobs and schedules name one too. */
export function parseCommand(body: Fields): Result<Command, Refusal> {
  if (body['type'] === 'batch') return parseBatch(body);
  if (typeof body['type'] === 'string' && isQueryType(body['type'])) return parseQuery(body['type'], body);
  return parseChange(body, []);
}

function parseBatch(body: Fields): Result<Batch, Refusal> {
  const batch = batchSchema.safeParse(body, { reportInput: true });
  if (!batch.success) return err(refusalFromIssues(batch.error, [], ['type', 'commands']));
  const commands: Change[] = [];
  for (const [index, item] of batch.data.commands.entries()) {
    const before = ['commands', index];
    if (!isFields(item))
      return err(refusal('invalid_command', `${formatPath(before)} must be an object, got ${show(item)}`, formatPath(before)));
    const command = parseChange(item, before);
    if (!command.ok) return command;
    commands.push(command.value);
  }
  return ok({ type: 'batch', commands });
}

function parseChange(body: Fields, before: readonly PropertyKey[]): Result<Change, Refusal> {
  const { if_version: guard, ...fields } = body;
  const type = fields['type'];
  if (typeof type !== 'string' || !isChangeType(type)) return err(unknownType(type, before));
  const schema = batchableSchemas[type];
  const parsed = schema.safeParse(fields, { reportInput: true });
  if (!parsed.success) return err(refusalFromIssues(parsed.error, before, [...Object.keys(schema.shape), 'if_version']));
  if (guard === undefined) return ok(parsed.data);
  const version = ifVersionSchema.safeParse(guard, { reportInput: true });
  if (!version.success) return err(refusalFromIssues(version.error, [...before, 'if_version'], []));
  if (!('zone' in parsed.data)) return err(unknownField([...before, 'if_version'], Object.keys(schema.shape)));
  return ok({ ...parsed.data, if_version: version.data });
}

function parseQuery(type: Query['type'], body: Fields): Result<Query, Refusal> {
  const schema = simpleSchemas[type];
  const parsed = schema.safeParse(body, { reportInput: true });
  return parsed.success ? ok(parsed.data) : err(refusalFromIssues(parsed.error, [], Object.keys(schema.shape)));
}

function unknownType(type: unknown, before: readonly PropertyKey[]): Refusal {
  const path = formatPath([...before, 'type']);
  if (type === undefined) return refusal('invalid_command', `${path} is required: one of ${commandTypes.join(', ')}`, path);
  if (typeof type !== 'string') return refusal('invalid_command', `${path} must be a text, got ${show(type)}`, path);
  if (before.length > 0 && commandTypes.includes(type)) return refusal('invalid_command', `${type} cannot stand in a batch`, path);
  const meant = nearest(type.slice(0, 64), commandTypes);
  const hint = meant.length > 0 ? `; did you mean ${meant.join(', ')}?` : `; allowed: ${commandTypes.join(', ')}`;
  return refusal('unknown_type', `there is no command ${show(type)}${hint}`, path);
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isChangeType(type: string): type is keyof typeof batchableSchemas {
  return Object.hasOwn(batchableSchemas, type);
}

function isQueryType(type: string): type is Query['type'] {
  return Object.hasOwn(simpleSchemas, type) && !isChangeType(type);
}
