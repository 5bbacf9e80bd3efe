/** A Prometheus of the tests' own, and what it answers. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../server-process.ts';
import { findProgram, type Service, serviceFolder, startService } from './service.ts';

export const prometheusProgram = () => findProgram('prometheus');
export const promtoolProgram = () => findProgram('promtool');

const SCRAPE_SEC = 1;
/** As Grafana fills it in where a panel is narrow: four scrapes. */
export const RATE_INTERVAL = `${4 * SCRAPE_SEC}s`;

export interface Prometheus extends Service {
  /** Values of the samples of an instant query, now. @throws Error with what it says of a query that is none. */
  query(expression: string): Promise<number[]>;
  /** As `label_values(series, label)` of Grafana. */
  labelValues(series: string, label: string): Promise<string[]>;
}

/** @param targets host:port of each process, all of job `load`. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const folder = await serviceFolder('prometheus');
  const [port] = await freePorts(1);
  const config = {
    global: { scrape_interval: `${SCRAPE_SEC}s`, scrape_timeout: `${SCRAPE_SEC}s` },
    scrape_configs: [{ job_name: 'load', static_configs: [{ targets }] }],
  };
  const file = join(folder, 'prometheus.json');
  await writeFile(file, JSON.stringify(config));
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const url = `http://127.0.0.1:${port}`;
  const ask = async (path: string, parameters: Readonly<Record<string, string>>) => {
    const answer = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const body = (await answer.json()) as { readonly status: string; readonly error?: string; readonly data: unknown };
    if (body.status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${body.error}`);
    return body.data;
  };
  const service = await startService({
    ...{ name: 'Prometheus', url, password: '', folder },
    commands: [{ program: prometheusProgram() ?? 'prometheus', args }],
    answers: async () => (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok ?? false,
  });
  return {
    ...service,
    async query(expression) {
      const data = (await ask('query', { query: expression })) as { readonly result: { value: [number, string] }[] };
      return data.result.map(({ value }) => Number(value[1]));
    },
    labelValues: (series, label) => ask(`label/${label}/values`, { 'match[]': series }) as Promise<string[]>,
  };
}
