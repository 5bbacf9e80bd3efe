/** The `schemaRegistry` block: how it is written, and what it means. Names with dots are those of Confluent's clients. */
import { z } from 'zod';
import { userInfoProblem } from '../../address.ts';
import { REDACTED, rememberSecret } from '../../secrets.ts';
import { flag, scalarText } from '../../value-schema.ts';
import type { Problems } from '../problems.ts';
import type { SchemaRegistrySpec } from '../profile.ts';

export const schemaRegistrySchema = z.strictObject({
  url: z
    .string()
    .prefault('')
    .describe(
      'Its address and path, e.g. `http://localhost:8081` or `https://user:password@host/path`. Empty: the environment is asked (SCHEMA_REGISTRY_URL, CONFLUENT_CLOUD_SCHEMA_REGISTRY_URL); without any, records carry a fixed local schema id.',
    ),
  subject: z
    .enum(['topic', 'record', 'topic-record'])
    .prefault('topic')
    .describe('Subject of a schema: `TOPIC-value`, the full name of the record, or `TOPIC-` and that name.'),
  register: flag()
    .prefault(true)
    .describe('A schema that its subject does not have is registered; `false`: the run ends when it is not there.'),
  'basic.auth.user.info': scalarText().optional().describe('`user:password`, in place of one in the address.'),
  'bearer.auth.token': scalarText().optional().describe('A bearer token.'),
  'ssl.ca.location': z
    .string()
    .min(1)
    .optional()
    .describe('File of the authorities to trust in place of the known ones, PEM.'),
  'ssl.certificate.location': z.string().min(1).optional().describe("File of the client's certificate, PEM."),
  'ssl.key.location': z.string().min(1).optional().describe('File of its private key, PEM.'),
  'ssl.key.password': scalarText().optional().describe('Password of that key.'),
});

/** What an environment variable says; `place` is its name. */
export interface FromEnvironment {
  readonly text: string;
  readonly place: string;
}

const NO_ADDRESS = {
  message: 'this is not the address of a schema registry',
  hint: 'one address, e.g. http://localhost:8081',
};

/** The registry of a run; undefined where there is none, or where what is wrong was reported. */
export function readSchemaRegistry(
  raw: unknown,
  fromEnvironment: FromEnvironment,
  problems: Problems,
): SchemaRegistrySpec | undefined {
  rememberSecrets(raw, fromEnvironment.text);
  const input = problems.read(schemaRegistrySchema, raw ?? {});
  if (input === undefined) return undefined;
  const byEnvironment = input.url === '';
  const written = byEnvironment ? fromEnvironment.text : input.url;
  if (written === '') return undefined;
  const add = (key: string, message: string, hint: string) => problems.add(['schemaRegistry', key], { message, hint });
  const url = parseAddress(written);
  const problem = userInfoProblem(written) ?? (url === undefined ? NO_ADDRESS : undefined);
  if (problem !== undefined || url === undefined) {
    problems.add(['schemaRegistry', 'url'], { ...(byEnvironment && { place: fromEnvironment.place }), ...problem! });
    return undefined;
  }
  const { username, password } = url;
  const inAddress = username + password === '' ? undefined : `${decoded(username)}:${decoded(password)}`;
  // A token out of a file or a Kubernetes secret often has a line end behind it.
  const { 'basic.auth.user.info': userInfo, 'bearer.auth.token': tokenText } = input;
  const token = tokenText?.trim();
  if ([inAddress, userInfo, token].filter((each) => each !== undefined).length > 1) {
    const key = token === undefined ? 'basic.auth.user.info' : 'bearer.auth.token';
    add(key, 'credentials are given twice', 'use one of: the address, basic.auth.user.info, bearer.auth.token');
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    add(
      'bearer.auth.token',
      'this is not a token: it is empty, or has characters that no token has',
      'printable ASCII, no spaces',
    );
  }
  // The profile that a run leaves beside its result has its secrets taken out, and is to be read all the same.
  const isTakenOut = userInfo === REDACTED;
  if (userInfo !== undefined && !userInfo.includes(':') && !isTakenOut)
    add('basic.auth.user.info', 'no colon in it', 'user:password');
  const { 'ssl.certificate.location': certificateFile, 'ssl.key.location': keyFile } = input;
  if ((certificateFile === undefined) !== (keyFile === undefined)) {
    const [there, missing] = keyFile === undefined ? ['certificate', 'key'] : ['key', 'certificate'];
    add(`ssl.${there}.location`, `it needs its ${missing}`, `ssl.${missing}.location`);
  }
  const { 'ssl.ca.location': caFile, 'ssl.key.password': keyPassword } = input;
  const basic = inAddress ?? userInfo;
  return {
    url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    subject: input.subject,
    register: input.register,
    ...(basic !== undefined && { auth: { kind: 'basic', secret: basic } }),
    ...(token !== undefined && { auth: { kind: 'bearer', secret: token } }),
    tls: {
      ...(caFile !== undefined && { caFile }),
      ...(certificateFile !== undefined && { certificateFile }),
      ...(keyFile !== undefined && { keyFile }),
      ...(keyPassword !== undefined && { keyPassword }),
    },
  };
}

/** The block as it is written, but for what stands for itself. */
export function renderSchemaRegistry(spec: SchemaRegistrySpec): Readonly<Record<string, unknown>> {
  const { url, subject, register, auth, tls } = spec;
  return {
    url,
    subject,
    register,
    ...(auth?.kind === 'basic' && { 'basic.auth.user.info': auth.secret }),
    ...(auth?.kind === 'bearer' && { 'bearer.auth.token': auth.secret }),
    ...(tls.caFile !== undefined && { 'ssl.ca.location': tls.caFile }),
    ...(tls.certificateFile !== undefined && { 'ssl.certificate.location': tls.certificateFile }),
    ...(tls.keyFile !== undefined && { 'ssl.key.location': tls.keyFile }),
    ...(tls.keyPassword !== undefined && { 'ssl.key.password': tls.keyPassword }),
  };
}

function parseAddress(text: string): URL | undefined {
  if (!URL.canParse(text) || text.includes(',')) return undefined;
  const url = new URL(text);
  const isPlain = url.search === '' && url.hash === '';
  return isPlain && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
}

/** Whatever looks like one, before anything is found wrong with the text around it. */
function rememberSecrets(raw: unknown, environmentUrl: string): void {
  const block = (typeof raw === 'object' && raw !== null ? raw : {}) as Readonly<Record<string, unknown>>;
  for (const address of [block.url, environmentUrl]) {
    const [, userInfo, password] = /\/\/([^/@:]*:?([^/]*))@/.exec(String(address ?? '')) ?? [];
    for (const secret of [userInfo, password]) rememberCredential(secret);
  }
  for (const name of ['basic.auth.user.info', 'bearer.auth.token', 'ssl.key.password']) {
    const secret = block[name] === undefined ? undefined : String(block[name]);
    rememberCredential(secret?.trim());
    if (name === 'basic.auth.user.info') rememberCredential(secret?.split(':').slice(1).join(':'));
  }
}

/** In every form in which it goes over the wire, and may come back in an answer. */
function rememberCredential(secret: string | undefined): void {
  if (secret === undefined || secret === '') return;
  for (const form of new Set([secret, decoded(secret)])) {
    rememberSecret(form);
    if (form.includes(':')) rememberSecret(Buffer.from(form).toString('base64'));
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
