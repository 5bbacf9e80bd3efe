/** `load init`: writes a profile to start from. */
import { rmSync } from 'node:fs';
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { suggest } from '../nearest.ts';
import { bundledProfiles } from '../profile/bundled.ts';
import { loadProfile } from '../profile/load.ts';
import { starterProfile } from '../profile/starter.ts';
import type { Invocation } from './invocation.ts';
import { writeNew } from './new-file.ts';
import { textValue } from './values.ts';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const name = (textValue(values, 'WORKLOAD') ?? '').replace(/\.ya?ml$/, '');
  const bundled = bundledProfiles();
  if (!bundled.includes(name)) {
    const hint = suggest(name, bundled);
    throw new InputError([{ message: `there is no workload or profile \`${name}\``, ...(hint && { hint }) }]);
  }
  const file = textValue(values, 'FILE') ?? `${name}.yaml`;
  if (!/\.ya?ml$/.test(file))
    throw new InputError([{ message: `\`${file}\` does not end in .yaml`, hint: 'a profile is a .yaml file' }]);
  writeNew(file, starterProfile(name, file));
  try {
    await loadProfile(file);
  } catch (error) {
    // Ours to mend: nobody is left with a profile that does not load.
    rmSync(file);
    throw error;
  }
  terminal.stdout.write(`${file}\n`);
  terminal.stderr.write(`Edit it, then: load plan ${file}\n`);
  return EXIT.ok;
}
