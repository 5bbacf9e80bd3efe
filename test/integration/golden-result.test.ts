/** The keys of result.json and the types of their values, of runs of several kinds; and which files there are. */
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { decodeLatencySeries } from '../../dist/src/result/latency-series-coding.js';
import { profileFile } from './profile-file.ts';

/** There or not, as the machine and the moment would have it: if there, then these. */
const BY_CHANCE = /^(outages\[\]|client\.threads\[\]|verdict\.limitedBy|broker\.)/;
const SOMETIMES = [
  'broker.disconnects: number',
  'broker.outstandingRequests.{max,mean}: number',
  'broker.queueUs.{max,mean,p50,p99}: number',
  'broker.rttUs.{max,mean,p50,p99}: number',
  'broker.wireBytes: number',
  'client.threads[].name: string',
  'client.threads[].{cpuPct,maxCpuPct,wantedPct}: number',
  'outages[].{from,to}: number',
  'verdict.limitedBy: string',
];

type Tree = Map<string, Set<string>>;

/** Under `scenarios` and `payload` names stand where keys do. */
function note(path: string, value: unknown, tree: Tree): void {
  const type = typeOf(value);
  if (type !== 'object') tree.set(path, (tree.get(path) ?? new Set()).add(type));
  if (Array.isArray(value)) for (const each of value) note(`${path}[]`, each, tree);
  else if (type === 'object') {
    for (const [key, each] of Object.entries(value as object)) {
      const name = path === 'scenarios' || path === 'payload' ? '*' : key;
      note(path === '' ? name : `${path}.${name}`, each, tree);
    }
  }
}

/** A percentile is a number, or an object when it fell among messages without an acknowledgement. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value !== 'object') return typeof value;
  return Object.keys(value).join() === 'atLeast' ? 'at least' : 'object';
}

/** A line for all keys of an object that have the same type: `latency.response.{count,censored}: number`. */
function linesOf(result: object): string[] {
  const tree: Tree = new Map();
  note('', result, tree);
  const groups = new Map<string, string[]>();
  for (const [path, types] of tree) {
    const at = path.lastIndexOf('.') + 1;
    // A second in which nothing happened has no percentile, a short one no CPU.
    if (/\bseries\[\]/.test(path) && types.delete('null')) types.add('number');
    const type = [...types].sort().join(' | ');
    const group = `${path.slice(0, at)}{}: ${type}`;
    groups.set(group, [...(groups.get(group) ?? []), path.slice(at)]);
  }
  return (
    [...groups]
      // In what order they stand is nobody's concern.
      .map(([group, keys]) => group.replace('{}', keys.length === 1 ? keys[0]! : `{${keys.sort().join()}}`))
      .sort()
  );
}

const NULL = { kafka: { 'bootstrap.servers': 'null' }, nullTransport: { latencyMs: 1 } };
const steady = (rate: number, duration: string) => ({ executor: 'constant-arrival-rate', rate, duration });
const TO_T = { workload: 'bytes', topic: 't', params: { size: 100 } };
const weighted = { status_code: { weighted: { SUCCESS: 94, FAILED: 4, TIMEOUT: 2 } } };
const lifecycle = { normalDeliveryTime: '200ms', delayedDeliveryTime: '400ms', alertAfter: '300ms' };

const RUNS: Readonly<Record<string, string>> = {
  open: profileFile({ ...steady(200, '1s'), headers: { a: 'b' } }),
  closed: profileFile({ executor: 'max-throughput', messages: 2_000 }),
  'closed-by-time': profileFile({ executor: 'max-throughput', duration: '1s' }, NULL),
  'warm-up': profileFile({ ...steady(200, '2s'), warmup: '1s' }),
  failed: profileFile(steady(400, '1s'), { ...NULL, nullTransport: { latencyMs: 1, failRate: 0.25 } }),
  shed: profileFile(
    { ...steady(2_000, '1s'), overload: { shed: { maxLag: '20ms' } } },
    { ...NULL, nullTransport: { latencyMs: 100 }, producer: { 'queue.buffering.max.messages': 10 } },
  ),
  thresholds: profileFile(
    { workload: 'atm', params: {}, ...steady(200, '1s'), fields: weighted },
    {
      thresholds: {
        response_ms: ['p(99)<60000'],
        failed: ['rate<0.5'],
        'throughput{scenario:s}': ['rate>1'],
        weights: ['p>0'],
      },
    },
  ),
  scenarios: profileFile(
    {},
    { scenarios: Object.fromEntries(['a', 'b'].map((name) => [name, { ...TO_T, ...steady(200, '1s') }])) },
  ),
  lifecycle: profileFile({
    workload: 'message-lifecycle',
    executor: 'burst',
    size: 20,
    every: '500ms',
    duration: '1s',
    params: lifecycle,
  }),
};

test.each(Object.entries(RUNS))('%s', async (name, profile) => {
  const out = mkdtempSync(join(tmpdir(), 'golden-'));
  const params = name === 'lifecycle' ? { database: join(out, 'messages.db') } : {};
  await run(profile, { env: {}, out, allowInvalid: true, overrides: { params } });
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8'));
  const acked = result.totals.acked + (result.warmup?.totals.acked ?? 0);
  const counts = decodeLatencySeries(result.latencySeries.response).flat();
  expect(counts.reduce((sum, [, count]) => sum + count, 0)).toBe(acked);
  const { gitCommit, brokerVersion, ...environment } = result.environment;
  for (const optional of [gitCommit ?? '', brokerVersion ?? '']) expect(optional).toBeTypeOf('string');
  const lines = linesOf({ ...result, environment });
  const sometimes = lines.filter((line) => BY_CHANCE.test(line));
  expect(SOMETIMES).toEqual(expect.arrayContaining(sometimes));
  const always = lines.filter((line) => !BY_CHANCE.test(line));
  const files = readdirSync(out).sort();
  await expect(`${[...files, '', ...always].join('\n')}\n`).toMatchFileSnapshot(`golden-results/${name}.txt`);
});
