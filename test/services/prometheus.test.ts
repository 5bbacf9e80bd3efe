/** A real Prometheus scrapes real runs, and every query of the dashboards has data in it. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Command, killCommands, metricsUrlOf, startCluster, startCommand, until } from '../integration/command.ts';
import { describeServices } from './describe-services.ts';
import { type Prometheus, promtoolProgram, RATE_INTERVAL, startPrometheus } from './prometheus.ts';

const DIRECTORY = 'deploy/grafana/dashboards';
/** A panel that has no data by then has none: the slowest needs the steps of a few records, and two scrapes. */
const DATA_LIMIT_MS = 40_000;

interface Dashboard {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition: string }[] };
}

const folder = mkdtempSync(join(tmpdir(), 'prometheus-test-'));
let commands: Command[] = [];
let urls: string[] = [];
let prometheus: Prometheus;

describeServices('Prometheus', ['prometheus', 'promtool'], () => {
  /** One of each process that is deployed: two runs, one with a database and one that verifies, a consumer, senders, a monitor. */
  beforeAll(async () => {
    const servers = `--bootstrap-servers=${await startCluster('message_status:1', 'sms-alerts:3')}`;
    const start = (...args: string[]) => startCommand([...args, servers, '--metrics-port=0'], {}, { cwd: folder });
    commands = [
      start('run', 'message-lifecycle', '-t', '2m', '--out=none', `--database=${join(folder, 'messages.db')}`),
      start('run', 'sms-alerts', '-r', '20/s', '-t', '2m', '--out=none', '--verify'),
      start('consume', 'message_status', '--format=raw'),
      start('senders', '--count=2', '--mean-time=0.05', '--failure-rate=0.3'),
      start('monitor', '--interval=1'),
    ];
    urls = await Promise.all(commands.map(metricsUrlOf));
    prometheus = await startPrometheus(urls.map((url) => new URL(url).host));
  });

  afterAll(async () => {
    await prometheus?.stop();
    await killCommands();
    rmSync(folder, { recursive: true, force: true });
  });

  test('every query of every dashboard has data', { timeout: 60_000 }, async () => {
    const dashboards = readdirSync(DIRECTORY).map(
      (file) => JSON.parse(readFileSync(join(DIRECTORY, file), 'utf8')) as Dashboard,
    );
    const giveUpMs = performance.now() + DATA_LIMIT_MS;
    for (const dashboard of dashboards) {
      let missing = queriesOf(dashboard);
      expect(missing.length).toBeGreaterThan(20);
      await until(
        async () => {
          const answers = await Promise.all(
            missing.map(async (each) => ({ each, values: await answerTo(each, dashboard) })),
          );
          missing = answers.filter(({ values }) => !values.some(Number.isFinite)).map(({ each }) => each);
          return missing.length === 0 || performance.now() > giveUpMs;
        },
        ...commands,
      );
      expect(missing, `${dashboard.title}: without data`).toEqual([]);
    }
  });

  test('a query without data would be found', async () => {
    expect(await prometheus.query('kafka_load_no_such_series')).toEqual([]);
    await expect(prometheus.query('sum(')).rejects.toThrow('parse error');
  });

  test('what Prometheus has is what the endpoint has', async () => {
    const names = async (url: string) => {
      const text = await (await fetch(url)).text();
      return new Set([...text.matchAll(/^(\w+)[{ ]/gm)].map(([, name]) => name!));
    };
    for (const url of urls) {
      const stored = await prometheus.labelValues(`{instance="${new URL(url).host}"}`, '__name__');
      expect(stored).toEqual(expect.arrayContaining([...(await names(url))]));
    }
  });

  test('promtool has nothing to say of the metrics', async () => {
    for (const url of urls) expect(promtool(['check', 'metrics'], await (await fetch(url)).text())).toBe('');
  });

  test('promtool has nothing to say of the configuration that is deployed', () => {
    expect(promtool(['check', 'config', '--lint=all', '--lint-fatal', 'deploy/prometheus/prometheus.yml'])).toBe('');
  });
});

/** Known only when a run is over, which these are not: test/report/reading-metrics.test.ts has their series. */
const AT_END = 'Verification';

/** Panels and variables, each with where it stands. */
function queriesOf({ panels, templating }: Dashboard): { readonly place: string; readonly query: string }[] {
  return [
    ...panels
      .filter(({ title }) => title !== AT_END)
      .flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ place: title, query: expr }))),
    ...templating.list.map(({ name, definition }) => ({ place: `$${name}`, query: definition })),
  ];
}

/** With all values of every variable, as a dashboard opens. */
async function answerTo({ query }: { readonly query: string }, { templating }: Dashboard): Promise<number[]> {
  const [, series, label] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? [];
  if (series !== undefined) return (await prometheus.labelValues(series, label!)).map((_, i) => i);
  let filled = query.replaceAll('$__rate_interval', RATE_INTERVAL);
  for (const { name, definition } of templating.list) {
    const [, from, of] = /^label_values\((\w+), (\w+)\)$/.exec(definition)!;
    const values = await prometheus.labelValues(from!, of!);
    const all = values.map((value) => value.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\\\$&')).join('|');
    filled = filled.replaceAll(`$${name}`, `(${all})`);
  }
  return prometheus.query(filled);
}

/** What it objects to; empty where all is well. */
function promtool(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(promtoolProgram()!, args, { input, encoding: 'utf8' });
  return status === 0 ? '' : `exit code ${status}: ${stdout}${stderr}`;
}
