/** Each workload's own parameters as flags: `atms` of atm is `--atms`. All are read, those of the profile are shown. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import type { Options } from 'yargs';
import { kebab } from '../kebab.ts';
import { findProfile } from '../profile/bundled.ts';
import { workloads } from '../workload/built-in/built-in.ts';
import type { WorkloadDefinition } from '../workload/definition.ts';
import { definitionOf } from '../workload/loaded-definition.ts';
import { parametersOf } from '../workload/parameters.ts';
import { referenceOf, type WrittenWorkload } from '../workload/reference.ts';
import type { Flags } from './flag-kinds.ts';
import { RESERVED_FLAGS } from './flags.ts';
import { textValue, type Values } from './values.ts';

export interface ParameterFlags {
  readonly flags: Flags;
  /** The parameters that were given, by their own names, as text. */
  read(values: Values): Record<string, string>;
}

/** @param profile whose scenarios' parameters `--help` shows; none when it cannot be read. */
export function parameterFlags(profile: string, cwd = process.cwd()): ParameterFlags {
  const shown = workloadsOf(profile, cwd);
  const flags: Record<string, Options> = {};
  const names = new Map<string, string>();
  // The shown ones first: where two workloads share a name, theirs is the description.
  const order = [...shown, ...Object.values(workloads).filter((workload) => !shown.includes(workload))];
  for (const workload of order) {
    const { executorFlags = {} } = workload;
    const executor = Object.entries(executorFlags).map(([name, { describe }]) => ({
      name,
      describe,
      fallback: undefined,
    }));
    for (const { name, describe, fallback } of [...parametersOf(workload), ...executor]) {
      const flag = kebab(name);
      if (RESERVED_FLAGS.has(flag) || names.has(flag)) continue;
      names.set(flag, name);
      const group = `Parameters of ${workload.name}:`;
      const described = fallback === undefined ? describe : `${describe}  [default: ${JSON.stringify(fallback)}]`;
      flags[flag] = { group, describe: described, nargs: 1, hidden: !shown.includes(workload) };
    }
  }
  return {
    flags,
    read: (values) =>
      Object.fromEntries(
        [...names].flatMap(([flag, name]) => {
          const value = textValue(values, flag);
          return value === undefined ? [] : [[name, value]];
        }),
      ),
  };
}

/** The workloads of a profile's scenarios, each once. What cannot be read is complained about where it is loaded. */
function workloadsOf(profile: string, cwd: string): WorkloadDefinition[] {
  const scenarios = orUndefined(() => {
    const { path } = findProfile(profile, cwd);
    // Its warnings show lines of the file.
    const document = parse(readFileSync(path, 'utf8'), { logLevel: 'silent' }) as {
      readonly scenarios: Readonly<Record<string, unknown>>;
    };
    return Object.values(document.scenarios).map((scenario) => ({ scenario, directory: dirname(path) }));
  });
  const found = (scenarios ?? []).map(({ scenario, directory }) =>
    orUndefined(() => {
      const { workload } = scenario as { readonly workload: WrittenWorkload };
      return definitionOf(referenceOf(workload, directory));
    }),
  );
  return [...new Set(found)].filter((workload) => workload !== undefined);
}

function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
