import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { consumeFamilies, type MetricFamily, processFamilies, runFamilies } from '../../src/report/prometheus.ts';
import { senderFamilies } from '../../src/report/sender-metrics.ts';
import type { PhaseReading, RunReading } from '../../src/result/run-reading.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
}

const DIRECTORY = 'deploy/grafana/dashboards';
const dashboards = readdirSync(DIRECTORY).map(
  (file) => JSON.parse(readFileSync(`${DIRECTORY}/${file}`, 'utf8')) as Dashboard,
);
const queries = dashboards.flatMap(({ panels, templating }) => [
  ...panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
  ...templating.list.map(({ definition }) => definition),
]);

const latency = { atOrBelow: [1], count: 1, sumUs: 1 };
const phase: PhaseReading = {
  name: 'load',
  scheduled: 1,
  workers: [{ sent: 1, shed: 0, acked: 1, failed: 0, unresolved: 0, bytes: 1 }],
  response: latency,
  service: latency,
  scheduleLag: latency,
};
const run: RunReading = {
  elapsedNs: 1,
  plannedNs: 1,
  scenarios: [{ name: 's', targetPerSec: 1, lastSentAtMs: [1], phases: [phase] }],
  loops: [{ busyNs: 1, idleNs: 1, blockedNs: 1 }],
  lastRow: {
    ...{ second: 0, scheduled: 1, sent: 1, acked: 1, failed: 0, p50: 1, p99: 1, max: 1, scheduleLagP99: 1 },
    ...{ inFlight: 0, cpuPct: 1 },
  },
};
const families: readonly MetricFamily[] = [
  ...processFamilies({ profile: 'p', run: 'r', version: '1' }, { cpuSeconds: 1, residentBytes: 1, startedAtMs: 1 }),
  ...runFamilies(run),
  ...consumeFamilies({ records: 1, bytes: 1 }),
  ...senderFamilies([{ sender: 'a', sent: 1, failed: 0, processingUs: 1, atOrBelow: [1] }]),
];

/** Exported series → the labels it has; `instance` and `job` are Prometheus' own. */
const exported = new Map(
  families.flatMap(({ name, samples }) =>
    samples.map(({ suffix = '', labels }) => [name + suffix, [...Object.keys(labels), 'instance', 'job']] as const),
  ),
);

/** Functions, keywords and durations of PromQL that the queries use. */
const WORDS = ['sum', 'rate', 'max', 'avg', 'by', 'time', 'histogram_quantile', 'label_values', 'le'];

/** Series and labels that a query names. */
function namesOf(query: string): { series: string[]; labels: (readonly [string, string])[] } {
  const bare = query.replaceAll(/"[^"]*"/g, '""').replaceAll(/\[\$__rate_interval\]/g, '');
  const labels = [...bare.matchAll(/(\w+)\{([^}]*)\}/g)].flatMap(([, series, inner]) =>
    [...inner!.matchAll(/(\w+)\s*(?:=~|!=|=)/g)].map(([, label]) => [series!, label!] as const),
  );
  const outside = bare.replaceAll(/\{[^}]*\}/g, '').replaceAll(/\bby \([^)]*\)/g, '');
  const words = [...outside.matchAll(/[a-z_]{2,}/g)].map(([word]) => word);
  const series = words.filter((word) => !WORDS.includes(word) && !['instance', 'scenario'].includes(word));
  return { series, labels };
}

test('every series of every query is exported', () => {
  expect(queries.length).toBeGreaterThan(20);
  const unknown = queries.flatMap((query) => namesOf(query).series.filter((name) => !exported.has(name)));
  expect(unknown).toEqual([]);
  for (const query of queries) expect(namesOf(query).series, query).not.toEqual([]);
});

test('every label that a query asks for is one of its series', () => {
  const unknown = queries.flatMap((query) =>
    namesOf(query).labels.filter(([series, label]) => !exported.get(series)?.includes(label)),
  );
  expect(unknown).toEqual([]);
  const grouped = queries.flatMap((query) => {
    const [first] = namesOf(query).series;
    const by = [...query.matchAll(/\bby \(([^)]*)\)/g)].map(([, label]) => label!);
    return by.filter((label) => !exported.get(first!)!.includes(label)).map((label) => `${label} of ${first}`);
  });
  expect(grouped).toEqual([]);
});

test('a name that is not exported is found', () => {
  expect(namesOf('sum(rate(kafka_load_messages_send_total{scenario="a"}[$__rate_interval]))').series).toEqual([
    'kafka_load_messages_send_total',
  ]);
});

test('every counter and histogram is on some panel', () => {
  const shown = new Set(
    queries.flatMap((query) => namesOf(query).series.map((name) => name.replace(/_(bucket|sum|count)$/, ''))),
  );
  const missing = families.filter(({ type, name }) => type !== 'gauge' && !shown.has(name)).map(({ name }) => name);
  expect(missing).toEqual([]);
});

test('panels lie beside each other, have their own number, and ask the data source that is provisioned', () => {
  const { datasources } = parse(readFileSync('deploy/grafana/provisioning/datasources/prometheus.yaml', 'utf8')) as {
    readonly datasources: readonly [{ readonly uid: string; readonly url: string }];
  };
  for (const { panels } of dashboards) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const sources = panels.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((each) => each.datasource),
    ]);
    expect(new Set(sources.flatMap((source) => source?.uid ?? []))).toEqual(new Set([datasources[0].uid]));
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, i) => `${x + (i % w)} ${y + Math.floor(i / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos }) => gridPos.x + gridPos.w))).toBeLessThanOrEqual(24);
  }
  expect(datasources[0].url).toBe('http://prometheus:9090');
});
