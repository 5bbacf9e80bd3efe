/** Each published workload and Kafka driver, from its keys and values to a plan, and to a run where that is refused. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { PARTITIONS_MAX } from '../../src/plan/topic-checks.ts';
import { formatCount } from '../../src/units.ts';
import { load } from '../commands/fake-terminal.ts';
import { drivers, workloads } from './omb-tables.ts';
import { ombFolder, workloadNamed } from './written-omb.ts';

const BUSY = /^planning takes more than a second.*\n/m;

const { folder, write } = ombFolder();
const partitionsOf = ({ values }: (typeof workloads)[number]) =>
  Number(values.topics) * Number(values.partitionsPerTopic);
const tooMany = workloads.filter((each) => partitionsOf(each) > PARTITIONS_MAX);

test('all are there', () => {
  expect([workloads.length, drivers.length, tooMany.length]).toEqual([130, 14, 16]);
});

/** As a sentence that is wrapped. */
const unwrapped = (text: string) => text.replaceAll(/\n +/g, ' ');

/** One of 15 without a driver. */
test.each(workloads.map((each, i) => ({ ...each, driver: drivers[i % (drivers.length + 1)] })))(
  '$file imports and plans, with $driver.file',
  async ({ file, values, driver }) => {
    const out = join(folder, file);
    const files = [write(`workloads/${file}`, values), ...(driver ? [write(driver.file, driver.values)] : [])];
    const imported = await load('import', 'omb', ...files, '-o', out);
    expect([imported.exitCode, imported.out]).toEqual([EXIT.ok, `${out}\n`]);
    const planned = await load('plan', out);
    expect([planned.exitCode, planned.err.replace(BUSY, '')]).toEqual([EXIT.ok, '']);
    expect(planned.out).toContain(`Plan ${file.replace('.yaml', '')}: `);
    const [topics, partitions] = [Number(values.topics), Number(values.partitionsPerTopic)];
    const row = topics === 1 ? 'load-0' : `load-{0..${topics - 1}} × ${formatCount(topics)}`;
    const replicas = driver === undefined ? 1 : 3;
    expect(planned.out).toMatch(
      new RegExp(`\\n${row.replaceAll(/[{}.]/g, '\\$&')} +${formatCount(partitions)} +${replicas} `),
    );
    const isRefused = topics * partitions * replicas > PARTITIONS_MAX;
    expect(unwrapped(planned.out).includes('this run is refused')).toBe(isRefused);
  },
);

test.each(tooMany)('$file is refused before it is run', async ({ file, values }) => {
  const out = join(folder, `refused-${file}`);
  await load('import', 'omb', write(`workloads/${file}`, values), '-o', out);
  // As they are it is the clients that this machine does not hold.
  const run = await load('run', out, '--set', 'scenarios.omb.clients=1', '--out', join(folder, 'result'));
  const number = formatCount(Number(values.topics));
  const refusal = `error: ${number} topics with ${number} partition replicas: a run creates at most 200,000`;
  expect([run.exitCode, run.err]).toEqual([EXIT.failed, expect.stringContaining(refusal)]);
});

test.each(drivers)('$file imports and plans', async ({ file, values }) => {
  const out = join(folder, `with-${file}`);
  const small = write('workloads/small.yaml', workloadNamed('simple-workload'));
  expect((await load('import', 'omb', small, write(file, values), '-o', out)).exitCode).toBe(EXIT.ok);
  const planned = await load('plan', out);
  expect([planned.exitCode, planned.err.replace(BUSY, '')]).toEqual([EXIT.ok, '']);
});
