/** Overrides as the arguments of `load run` that they stand for. */
import { kebab } from '../kebab.ts';
import type { Overrides } from '../profile/overrides.ts';

/** One argument each, so that a value may begin with a hyphen. */
export function overrideArguments(overrides: Overrides): string[] {
  const { burst, producerConfig = [], consumerConfig: _, set = [], params = {}, ...plain } = overrides;
  const given = { ...plain, ...params } as Readonly<Record<string, unknown>>;
  return [
    ...Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${kebab(name)}=${text(value)}`],
    ),
    ...(burst ? ['--burst'] : []),
    ...producerConfig.map((property) => `--producer-config=${property}`),
    ...set.map((assignment) => `--set=${assignment}`),
  ];
}

function text(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
