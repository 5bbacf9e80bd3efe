/** What a command's endpoint serves: metrics of the process and of its work, each read when somebody asks. */
import {
  formatFamilies,
  type MetricFamily,
  PROMETHEUS_CONTENT_TYPE,
  processFamilies,
} from '../../report/prometheus.ts';
import { engineVersion } from '../../result/machine.ts';
import { MS_PER_SEC, US_PER_SEC } from '../../units.ts';
import type { MetricsSource } from './metrics-server.ts';

/** @param labels tell, with the engine's version, what runs. */
export function metricsSource(
  labels: Readonly<Record<string, string>>,
  read: () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>,
): MetricsSource {
  const identity = { ...labels, version: engineVersion() };
  return {
    contentType: PROMETHEUS_CONTENT_TYPE,
    metrics: async () => formatFamilies([...processFamilies(identity, readProcess()), ...(await read())]),
  };
}

function readProcess() {
  const { user, system } = process.cpuUsage();
  return {
    cpuSeconds: (user + system) / US_PER_SEC,
    residentBytes: process.memoryUsage.rss(),
    startedAtMs: Date.now() - process.uptime() * MS_PER_SEC,
  };
}
