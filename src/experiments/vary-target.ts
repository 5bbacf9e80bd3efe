/** What a varied path changes: a value of the profile, a client property, parameters of workloads, or a flag of a run. */
import { InputError, type Problem } from '../errors.ts';
import { kebab } from '../kebab.ts';
import { nameList } from '../name-list.ts';
import { nearest } from '../nearest.ts';
import { canonicalProperty, settable } from '../profile/client-properties/client-properties.ts';
import { formatPath, type Path, type ProfileDocument, valuesOf } from '../profile/document.ts';
import { parameterPaths } from '../profile/document-overrides.ts';
import { renameFormerKeys } from '../profile/former-keys.ts';
import { loadableDefinition, readDocument } from '../profile/load.ts';
import type { Overrides } from '../profile/overrides.ts';
import { profileSchema } from '../profile/schema/schema.ts';
import { keysAt, resolvePath } from '../profile/schema/schema-walk.ts';
import { valueAt } from '../value-at.ts';

export interface VaryTarget {
  /** What stands for it in names, from its end: `['producer', 'linger.ms']` is `linger.ms`. */
  readonly steps: Path;
  readonly overridesOf: (value: string) => Overrides;
  /** Where a problem with it is placed by whoever finds it: `--set producer.linger.ms`. */
  readonly flags: readonly string[];
}

/** Flags that change how much or what is sent, by their names. */
const FLAGS = { rate: 'rate', duration: 'duration', messages: 'messages', burst: 'burst', key: 'key' } as const;
const MORE_FLAGS = { topic: 'topic', 'record-format': 'recordFormat' } as const;
const BY_FLAG: Readonly<Record<string, keyof Overrides>> = { ...FLAGS, ...MORE_FLAGS };

/** @throws InputError where the profile cannot be read. */
export function openVaryTargets(profile: string, cwd: string): (path: string) => VaryTarget | Omit<Problem, 'place'> {
  const { source, file } = readDocument(profile, cwd);
  renameFormerKeys(source);
  const directory = file.path.replace(/[^/]*$/, '');
  const parameters = parameterPaths(source, (written) => loadableDefinition(written, directory));
  return (path) => targetOf(path, source, parameters);
}

function targetOf(
  path: string,
  source: ProfileDocument,
  parameters: ReadonlyMap<string, readonly Path[]>,
): VaryTarget | Omit<Problem, 'place'> {
  const flag = Object.hasOwn(BY_FLAG, kebab(path)) ? BY_FLAG[kebab(path)] : undefined;
  if (flag !== undefined) return flagTarget(kebab(path), flag);
  const values = valuesOf(source);
  const resolved = resolvePath(profileSchema, values, path);
  if (!('message' in resolved)) return setTarget([resolved]);
  const parameter = [...parameters].find(([name]) => name === path || kebab(name) === path);
  const isProperty = settable('producer').includes(canonicalProperty(path));
  if (parameter !== undefined) return setTarget(parameter[1], parameter[0]);
  if (isProperty) return propertyTarget(path, values);
  // A path into a block has its own nearest name; a bare word may be meant as anything.
  if (path.includes('.') && keysAt(profileSchema, []).includes(path.split('.')[0]!)) return resolved;
  const names = [
    ...Object.keys(BY_FLAG),
    ...[...parameters.keys()].map(kebab),
    ...keysAt(profileSchema, []),
    ...settable('producer'),
  ];
  const near = nearest(path, names);
  const hint =
    near === undefined
      ? 'a path of the profile, a producer property, a parameter or a flag'
      : `did you mean \`${near}\`?`;
  return { message: `there is nothing to vary by the name \`${path}\``, hint };
}

function flagTarget(name: string, key: keyof Overrides): VaryTarget {
  return {
    steps: [name],
    flags: [`--${name}`],
    overridesOf(value) {
      if (key !== 'burst') return { [key]: value };
      if (value === 'true' || value === 'false') return { burst: value === 'true' };
      throw new InputError([{ place: '--burst', message: `expected true or false, not \`${value}\`` }]);
    },
  };
}

function setTarget(paths: readonly Path[], name?: string): VaryTarget {
  const texts = paths.map(formatPath);
  return {
    steps: name === undefined ? paths[0]! : [name],
    flags: texts.map((text) => `--set ${text}`),
    overridesOf: (value) => ({ set: texts.map((text) => `${text}=${value}`) }),
  };
}

/** In the block of all producers, where no scenario has its own value. */
function propertyTarget(path: string, values: unknown): VaryTarget | Omit<Problem, 'place'> {
  const scenarios = Object.keys((valueAt(values, ['scenarios']) ?? {}) as object);
  const own = scenarios.filter((name) => {
    const block = (valueAt(values, ['scenarios', name, 'producer']) ?? {}) as object;
    return Object.keys(block).some((key) => canonicalProperty(key) === canonicalProperty(path));
  });
  if (own.length === 0) return setTarget([['producer', path]]);
  const message = `\`${path}\` is set by scenario ${nameList(own)} itself`;
  return { message, hint: `name the one that is meant: scenarios.${own[0]}.producer.${path}` };
}
