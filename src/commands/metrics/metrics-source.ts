/** What a command's endpoint serves: metrics of the process and of its work, each read when somebody asks. */
import {
  formatFamilies,
  type MetricFamily,
  PROMETHEUS_CONTENT_TYPE,
  processFamilies,
} from '../../report/prometheus.ts';
import { engineVersion } from '../../result/machine.ts';
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
    cpuSeconds: (user + system) / 1e6,
    residentBytes: process.memoryUsage.rss(),
    startedAtMs: Date.now() - process.uptime() * 1e3,
  };
}
