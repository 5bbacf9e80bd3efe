/** What the monitor has to say, from the messages alone: what senders and monitor wrote has no part in it. */
import { drawResult, type SenderSpec } from '../../src/roles/sender.ts';
import { linesOf, startCommand } from './command.ts';

export interface Line {
  readonly sent: number;
  readonly failed: number;
  readonly averageMs: number | null;
  readonly senders: Readonly<Record<string, { readonly sent: number; readonly failed: number }>>;
}

/** Ids of the first `count` alerts in the topic, as `consume` prints them. */
export async function alertIds(servers: string, topic: string, count: number): Promise<string[]> {
  const flags = ['--workload', 'sms-alerts', '-n', String(count), '--format', 'json', '--quiet'];
  const { out } = await startCommand(['consume', topic, ...flags, '--bootstrap-servers', servers]).ended;
  return linesOf(out).map((line) => JSON.parse(line).value.id);
}

/** Of senders that are all alike. */
export function truthOf(ids: readonly string[], spec: Omit<SenderSpec, 'name'>, seed: number): Omit<Line, 'senders'> {
  const results = [...new Set(ids)].map((id) => drawResult({ ...spec, name: '' }, seed, id));
  const failed = results.filter(({ outcome }) => outcome === 'failed').length;
  const totalUs = results.reduce((sum, { processingUs }) => sum + processingUs, 0);
  return { sent: results.length - failed, failed, averageMs: totalUs / results.length / 1000 };
}
