/**
 * A schema registry through the Confluent REST API, which Apicurio, Karapace, Redpanda and others speak as well:
 * https://docs.confluent.io/platform/current/schema-registry/develop/api.html
 */
import { LoadError } from '../errors.ts';
import type { SchemaRegistrySpec } from '../profile/profile.ts';
import { scrub } from '../secrets.ts';
import { type Answer, oneLine, openExchange, PATIENCE, type Patience, statusText } from './exchange.ts';

export interface RegisteredSchema {
  /** What records carry, 1..2^31-1. */
  readonly id: number;
  /** Counted from 1 within the subject. */
  readonly version: number;
  /** The schema's JSON text as the registry keeps it. */
  readonly schema: string;
}

/** A schema as somebody stored it: of any kind. */
export interface StoredSchema {
  readonly schema: string;
  /** AVRO, JSON, PROTOBUF, … */
  readonly type: string;
  /** Where types are that it names and does not define. */
  readonly references: readonly SchemaVersion[];
}

export interface SchemaVersion {
  readonly subject: string;
  readonly version: number;
}

export interface Compatibility {
  readonly compatible: boolean;
  /** The registry's message; absent where it gives none. */
  readonly reason?: string;
}

/**
 * Schemas are Avro as JSON text, but for stored ones. Every method throws LoadError: REGISTRY_UNREACHABLE within ten seconds,
 * REGISTRY_TLS, REGISTRY_UNAUTHORIZED, REGISTRY_INCOMPATIBLE, REGISTRY_REFUSED, or REGISTRY_UNKNOWN_API where
 * something else answers.
 */
export interface SchemaRegistry {
  /** The id of the schema in the subject, as a new version unless an equal one is there. */
  register(subject: string, schema: string): Promise<number>;
  /** The version of the subject that is equal; undefined where there is none. Changes nothing. */
  lookup(subject: string, schema: string): Promise<RegisteredSchema | undefined>;
  /** Undefined where the subject has no version. */
  latest(subject: string): Promise<RegisteredSchema | undefined>;
  /** The schema by the id in a record; undefined where there is none. */
  schemaById(id: number): Promise<StoredSchema | undefined>;
  /** Likewise by its place. */
  schemaOf(of: SchemaVersion): Promise<StoredSchema | undefined>;
  /** Whether the schema may become the subject's next version; undefined where the subject has none yet. */
  check(subject: string, schema: string): Promise<Compatibility | undefined>;
}

/** `error_code` of what is not there: subject, version, schema. */
const ABSENT_CODES: readonly unknown[] = [40401, 40402, 40403];

type Body = Readonly<Record<string, unknown>>;

/** Connects to nothing yet. @throws InputError when a file that TLS needs cannot be used. */
export function openRegistry(spec: SchemaRegistrySpec, patience: Patience = PATIENCE): SchemaRegistry {
  const exchange = openExchange(spec, patience);
  const ask = async (subject: string | undefined, ...question: Parameters<typeof exchange>) =>
    understood(spec, subject, await exchange(...question));
  const inSubject = (subject: string) => `/subjects/${encodeURIComponent(subject)}`;
  const unknownApi = (answer: Answer) => unknown(spec.url, answer);
  return {
    register: async (subject, schema) => {
      const answer = await ask(subject, 'POST', `${inSubject(subject)}/versions`, { schema });
      const { id } = present(answer, unknownApi);
      return asId(id) ?? fail(unknownApi(answer));
    },
    lookup: async (subject, schema) => {
      const answer = await ask(subject, 'POST', inSubject(subject), { schema });
      return isAbsent(answer) ? undefined : asRegistered(answer, unknownApi);
    },
    latest: async (subject) => {
      const answer = await ask(subject, 'GET', `${inSubject(subject)}/versions/latest`);
      return isAbsent(answer) ? undefined : asRegistered(answer, unknownApi);
    },
    schemaById: async (id) => asStored(await ask(undefined, 'GET', `/schemas/ids/${id}`), unknownApi),
    schemaOf: async ({ subject, version }) =>
      asStored(await ask(subject, 'GET', `${inSubject(subject)}/versions/${version}`), unknownApi),
    check: async (subject, schema) => {
      const path = `/compatibility${inSubject(subject)}/versions?verbose=true`;
      const answer = await ask(subject, 'POST', path, { schema });
      if (isAbsent(answer)) return undefined;
      const { is_compatible: compatible, reason, messages } = present(answer, unknownApi);
      if (typeof compatible !== 'boolean') throw unknownApi(answer);
      const said = [messages ?? reason].flat().filter((each) => typeof each === 'string' && each !== '');
      return { compatible, ...(said.length > 0 && { reason: oneLine(scrub(said.join('; '))) }) };
    },
  };
}

/** The answer, unless it is a refusal. */
function understood(spec: SchemaRegistrySpec, subject: string | undefined, answer: Answer): Answer {
  const { status } = answer;
  if ((status >= 200 && status < 300) || isAbsent(answer)) return answer;
  const what = subject === undefined ? '' : ` subject ${subject}:`;
  const refuse = (code: string, message: string, hint: string) => {
    return new LoadError(code, scrub(message), { hint });
  };
  if (status === 401 || status === 403) {
    const hint = spec.auth
      ? `check the ${spec.auth.kind === 'basic' ? 'user and password' : 'token'}`
      : 'schemaRegistry takes basic.auth.user.info or bearer.auth.token';
    const message = `the schema registry ${spec.url} refuses access:${what} ${statusText(answer)}`;
    throw refuse('REGISTRY_UNAUTHORIZED', message, hint);
  }
  if (status === 409) {
    const hint = 'send to another subject, or change the compatibility level of the subject';
    const message = `the schema registry ${spec.url} refuses the schema:${what} ${statusText(answer)}`;
    throw refuse('REGISTRY_INCOMPATIBLE', message, hint);
  }
  // What the registry does not have it says with a code of its own: any other 404 is about the address.
  if (status === 404 || !hasErrorCode(answer)) throw unknown(spec.url, answer);
  const message = `the schema registry ${spec.url} refuses:${what} ${statusText(answer)}`;
  throw refuse('REGISTRY_REFUSED', message, 'its message gives the reason');
}

function unknown(url: string, answer: Answer): LoadError {
  if (answer.location !== undefined) return redirected(url, answer.status, answer.location);
  const message = scrub(`${url} is not a schema registry: ${statusText(answer)}`);
  const hint = 'the address may lack its path, e.g. /apis/ccompat/v7 of Apicurio';
  return new LoadError('REGISTRY_UNKNOWN_API', message, { hint });
}

/** Not followed: credentials are for the address that was given. */
function redirected(url: string, status: number, location: string): LoadError {
  const base = `${url}/`;
  const to = URL.canParse(location, base) ? new URL(location, base) : undefined;
  const target = to === undefined ? 'elsewhere' : oneLine(`${to.origin}${to.pathname}`);
  const message = scrub(`the schema registry ${url} redirects to ${target} (${status})`);
  return new LoadError('REGISTRY_UNKNOWN_API', message, { hint: 'give the address that it redirects to' });
}

function hasErrorCode({ body }: Answer): boolean {
  return typeof (body as Body | null | undefined)?.error_code === 'number';
}

/** A 404 of the registry itself, not of whatever else may stand at the address. */
function isAbsent({ status, body }: Answer): boolean {
  return status === 404 && ABSENT_CODES.includes((body as Body | null | undefined)?.error_code);
}

function present(answer: Answer, unknownApi: (answer: Answer) => LoadError): Body {
  const { body } = answer;
  if (isAbsent(answer) || typeof body !== 'object' || body === null) throw unknownApi(answer);
  return body as Body;
}

function asRegistered(answer: Answer, unknownApi: (answer: Answer) => LoadError): RegisteredSchema {
  const { id, version, schema } = present(answer, unknownApi);
  const known = asId(id);
  if (known === undefined || typeof version !== 'number' || typeof schema !== 'string') throw unknownApi(answer);
  return { id: known, version, schema };
}

function asStored(answer: Answer, unknownApi: (answer: Answer) => LoadError): StoredSchema | undefined {
  if (isAbsent(answer)) return undefined;
  const { schema, schemaType = 'AVRO', references = [] } = present(answer, unknownApi);
  if (typeof schema !== 'string' || typeof schemaType !== 'string' || !isReferences(references)) {
    throw unknownApi(answer);
  }
  return { schema, type: schemaType, references };
}

function isReferences(references: unknown): references is readonly SchemaVersion[] {
  const isOne = (each: Partial<SchemaVersion> | null) =>
    typeof each?.subject === 'string' && typeof each.version === 'number';
  return Array.isArray(references) && references.every(isOne);
}

/** The wire format has 4 bytes for it. */
function asId(id: unknown): number | undefined {
  return Number.isInteger(id) && (id as number) > 0 && (id as number) < 2 ** 31 ? (id as number) : undefined;
}

function fail(error: LoadError): never {
  throw error;
}
