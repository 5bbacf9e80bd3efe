/**
 * A profile as pods read it: with every default and this machine's environment and flags put in, its files beside it, and
 * `${NAME}` wherever a secret belongs, which a Secret of the cluster gives.
 */
import { stringify } from 'yaml';
import { InputError, type Problem } from '../errors.ts';
import { type PlannedRun, planLoaded, type SharedFacts } from '../planning.ts';
import { environmentOf } from '../profile/environment.ts';
import { type NamedVariable, variablesOf } from '../profile/interpolation.ts';
import { loadProfile, readDocument } from '../profile/load.ts';
import type { Overrides } from '../profile/overrides.ts';
import { renderWithSecrets } from '../profile/render.ts';
import { isSecretEnvironmentName, isSecretProperty, scrub } from '../secrets.ts';
import type { SecretMount, SecretVariable } from './kube-run.ts';
import { type PackedFile, PackedFiles } from './packed-files.ts';

export interface PackedProfile {
  readonly planned: PlannedRun;
  /** Of the ConfigMap, `profile.yaml` first. */
  readonly files: readonly PackedFile[];
  readonly variables: readonly SecretVariable[];
}

export interface PackOptions {
  readonly overrides: Overrides;
  /** `--secret`, as given: `SECRET`, or `VARIABLE=SECRET/KEY`. */
  readonly secrets: readonly string[];
  readonly mounts: readonly SecretMount[];
  /** Of one of the shards. */
  readonly shared: SharedFacts;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly onNote?: (note: string) => void;
}

export const PROFILE_FILE = 'profile.yaml';

/** Confluent Cloud's key pair, which a profile need not name. */
const CLOUD_PAIR = ['CONFLUENT_CLOUD_API_KEY', 'CONFLUENT_CLOUD_API_SECRET'];

/** @throws InputError with everything that is wrong with the profile, or that pods could not have. */
export async function packProfile(profile: string, options: PackOptions): Promise<PackedProfile> {
  const { overrides, mounts, cwd = process.cwd(), onNote } = options;
  const env = options.env ?? process.env;
  const found = secretVariables(profile, options, environmentOf(env, cwd), cwd);
  const marked = Object.fromEntries(found.map(({ variable }) => [variable, markOf(variable)]));
  const loaded = await loadProfile(profile, { overrides, cwd, env: { ...env, ...marked } });
  const files = new PackedFiles(cwd, mounts);
  const data = files.rewrite(renderWithSecrets(loaded.profile, (reference) => files.workload(reference)));
  const text = stringify(data, { lineWidth: 0 });
  const problems = [...files.problems, ...writtenSecrets(data)];
  if (problems.length === 0 && scrub(withoutMarks(text)) !== withoutMarks(text)) problems.push(WRITTEN_SOMEWHERE);
  if (problems.length > 0) throw new InputError(problems);
  const [variables, unread] = [true, false].map((isRead) =>
    found.filter(({ variable }) => text.includes(markOf(variable)) === isRead),
  ) as [SecretVariable[], SecretVariable[]];
  // What flags have taken the place of, and credentials that the profile has no use for, are not asked for.
  const idle = unread.filter(({ variable }) => options.secrets.some((text) => text.startsWith(`${variable}=`)));
  if (idle.length > 0) throw new InputError(idle.map(notRead));
  const packed = variables.reduce((so, { variable }) => so.replaceAll(markOf(variable), () => `\${${variable}}`), text);
  // Without its secrets and their files a client cannot be tried here.
  const isWhole = variables.length === 0 && mounts.length === 0;
  const planned = await planLoaded(isWhole ? loaded : { ...loaded, propertyPlaces: {} }, {
    shared: options.shared,
    ...(onNote && { onNote }),
  });
  return { planned, variables, files: files.with({ name: PROFILE_FILE, content: Buffer.from(packed) }) };
}

/** In place of a secret while the profile is read: what no profile has, and what survives in an address. */
function markOf(variable: string): string {
  return `--secret.${variable}.of.the.cluster--`;
}

function withoutMarks(text: string): string {
  return text.replaceAll(/--secret\.\w+\.of\.the\.cluster--/g, '');
}

/** @throws InputError where it is not known which Secret has one. */
function secretVariables(
  profile: string,
  { secrets }: PackOptions,
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
): SecretVariable[] {
  const named = secrets.flatMap((text) => namedSecret(text) ?? []);
  const others = secrets.filter((text) => !text.includes('='));
  if (others.length > 1) throw new InputError([tooMany(others)]);
  const { source } = readDocument(profile, cwd);
  const isWanted = ({ name, isOptional }: NamedVariable) =>
    isSecretEnvironmentName(name) && (environment[name] !== undefined || !isOptional);
  const cloud = CLOUD_PAIR.filter((name) => environment[name]);
  const wanted = new Set([
    ...variablesOf(source)
      .filter(isWanted)
      .map(({ name }) => name),
    ...cloud,
  ]);
  for (const { variable } of named) wanted.delete(variable);
  const [secret] = others;
  if (secret === undefined && wanted.size > 0) throw new InputError([...wanted].map(noSecret));
  return [...named, ...[...wanted].map((variable) => ({ variable, secret: secret!, key: variable }))];
}

const SECRET_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** @throws InputError where it is neither form of `--secret`. */
function namedSecret(text: string): SecretVariable | undefined {
  const [, variable, name, key] = /^(?:([A-Za-z_]\w*)=)?([^/=]+)(?:\/([-.\w]+))?$/.exec(text) ?? [];
  if (name !== undefined && SECRET_NAME.test(name) && (variable !== undefined || key === undefined)) {
    return variable === undefined ? undefined : { variable, secret: name, key: key ?? variable };
  }
  const hint = 'a Secret of the namespace, or one variable of the profile: SASL_PASSWORD=kafka/password';
  throw new InputError([{ place: '--secret', message: `\`${text}\` is not the name of a Secret`, hint }]);
}

function tooMany(names: readonly string[]): Problem {
  const hint = `say which variable each has: --secret NAME=${names[1]}/KEY`;
  return { place: '--secret', message: `${names.join(' and ')}: only one Secret can have all variables`, hint };
}

function noSecret(variable: string): Problem {
  return {
    place: '--secret',
    message: `the profile reads the secret ${variable} from the environment, and no Secret is named that has it`,
    hint: `--secret SECRET with a key ${variable}, or --secret ${variable}=SECRET/KEY`,
  };
}

function notRead({ variable }: SecretVariable): Problem {
  const message = `the profile does not read \`${variable}\``;
  return { place: '--secret', message, hint: `a value of the profile is to be \${${variable}}` };
}

const WRITTEN_SOMEWHERE: Problem = {
  message: 'a secret is written out in the profile or a flag, and would be readable in a ConfigMap',
  hint: `write \${NAME} in the profile, and give the Secret that has NAME with --secret`,
};

function writtenSecrets(value: unknown, path = ''): Problem[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = path === '' ? key : `${path}.${key}`;
    if (typeof inner !== 'string') return writtenSecrets(inner, at);
    return isSecretProperty(key) && withoutMarks(inner) === inner ? [{ path: at, ...WRITTEN_SOMEWHERE }] : [];
  });
}
