import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { exportedFamilies } from './exported.ts';

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

/** Exported series → the labels it has; `instance` and `job` are Prometheus' own. */
const exported = new Map(
  exportedFamilies.flatMap(({ name, samples }) =>
    samples.map(({ suffix = '', labels }) => [name + suffix, [...Object.keys(labels), 'instance', 'job']] as const),
  ),
);

/** Functions, keywords and durations of PromQL that the queries use. */
const WORDS = ['sum', 'rate', 'max', 'avg', 'by', 'time', 'scalar', 'histogram_quantile', 'label_values', 'le'];

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

test('a sender counts once, though it tells of itself and a monitor does too', () => {
  const ofSenders = queries.filter((query) => query.includes('sms_'));
  expect(ofSenders.length).toBeGreaterThan(3);
  for (const query of ofSenders) {
    const rates = query.match(/rate\(sms_/g)!.length;
    expect(query.match(/max by \(sender(, le)?\) \(rate\(sms_/g), query).toHaveLength(rates);
  }
});

test('every label that a query asks for is one of its series', () => {
  const unknown = queries.flatMap((query) =>
    namesOf(query).labels.filter(([series, label]) => !exported.get(series)?.includes(label)),
  );
  expect(unknown).toEqual([]);
  const grouped = queries.flatMap((query) => {
    const [first] = namesOf(query).series;
    const by = [...query.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels]) => labels!.split(', '));
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
  const missing = exportedFamilies
    .filter(({ type, name }) => type !== 'gauge' && !shown.has(name))
    .map(({ name }) => name);
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
