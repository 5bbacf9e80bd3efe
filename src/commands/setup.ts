/** `load setup`: makes librdkafka load where npm installed this package without its addon. */
import { fileURLToPath } from 'node:url';
import { obtainAddon, SetupError } from '../../scripts/addon.mjs';
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import type { Invocation } from './invocation.ts';

/** The folder of package.json, from a file of `dist/src/FOLDER`. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export async function execute({ terminal }: Invocation): Promise<ExitCode> {
  try {
    const version = obtainAddon(ROOT, (line) => terminal.stderr.write(`setup: ${line}\n`));
    terminal.stdout.write(`librdkafka ${version} loads.\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw new LoadError('SETUP_FAILED', error.message, { cause: error });
  }
}
