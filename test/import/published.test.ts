/** Each published workload and Kafka driver, from its keys and values to a plan. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { load } from '../commands/fake-terminal.ts';
import { drivers, workloads } from './omb-tables.ts';
import { ombFolder, workloadNamed } from './written-omb.ts';

/** How many topics a test of this length can plan. */
const TOPICS_MAX = 10_000;
const BUSY = /^planning takes more than a second.*\n/m;

const { folder, write } = ombFolder();

describe.each(workloads)('$file', ({ file, values }) => {
  test('imports and plans', async () => {
    const out = join(folder, file);
    const imported = await load('import', 'omb', write(`workloads/${file}`, values), '-o', out);
    expect([imported.exitCode, imported.out]).toEqual([EXIT.ok, `${out}\n`]);
    if (Number(values.topics) > TOPICS_MAX) return;
    const planned = await load('plan', out);
    expect([planned.exitCode, planned.err.replace(BUSY, '')]).toEqual([EXIT.ok, '']);
    expect(planned.out).toContain(`Plan ${file.replace('.yaml', '')}: `);
  });
});

test.each(drivers)('$file imports and plans', async ({ file, values }) => {
  const out = join(folder, `with-${file}`);
  const small = write('workloads/small.yaml', workloadNamed('simple-workload'));
  expect((await load('import', 'omb', small, write(file, values), '-o', out)).exitCode).toBe(EXIT.ok);
  const planned = await load('plan', out);
  expect([planned.exitCode, planned.err.replace(BUSY, '')]).toEqual([EXIT.ok, '']);
});
