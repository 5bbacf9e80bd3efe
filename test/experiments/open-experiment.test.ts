import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openExperiment } from '../../src/experiments/open-experiment.ts';
import { forgetSecrets, rememberSecret } from '../../src/secrets.ts';

afterEach(forgetSecrets);

const wanted = {
  ...({ kind: 'capacity', name: 'x', configHash: 'c', seed: 1, profile: 'atm', vary: {} } as const),
  ...{ command: 'load capacity atm -X sasl.password=hunter22', repeat: 3, settleMs: 0, baseline: 'all' },
  cells: [{ name: 'all', factors: {}, profileHash: 'h' }],
};

test('the command is kept without its secrets', async () => {
  rememberSecret('hunter22');
  const cwd = mkdtempSync(join(tmpdir(), 'open-experiment-'));
  const { directory, state } = await openExperiment(wanted, { out: 'x', cwd });
  expect(state.command).toBe('load capacity atm -X sasl.password=***');
  expect(readFileSync(join(directory, 'experiment.json'), 'utf8')).not.toContain('hunter22');
});

test('it needs a directory', async () => {
  await expect(openExperiment(wanted, { out: 'none', cwd: '/' })).rejects.toThrow(/^--out: an experiment is made of/);
});
