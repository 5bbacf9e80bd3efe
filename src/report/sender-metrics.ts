/** Senders of alerts as Prometheus metrics, one series a sender: the same of a process's own and of all. */

import { US_PER_SEC } from '../units.ts';
import type { MetricFamily, MetricSample } from './prometheus.ts';

export interface SenderReading {
  readonly sender: string;
  readonly sent: number;
  readonly failed: number;
  readonly processingUs: number;
  /** Messages that took as long as each of the bounds or less. */
  readonly atOrBelow: readonly number[];
}

/** @param boundsUs upper ends of the buckets. */
export function senderFamilies(senders: readonly SenderReading[], boundsUs: readonly number[]): MetricFamily[] {
  const counter = (name: string, help: string, count: 'sent' | 'failed'): MetricFamily => {
    const samples = senders.map((each) => ({ labels: { sender: each.sender }, value: each[count] }));
    return { name, help, type: 'counter', samples };
  };
  return [
    counter('sms_sent_total', 'Messages sent.', 'sent'),
    counter('sms_failed_total', 'Messages whose sending failed.', 'failed'),
    {
      name: 'sms_processing_seconds',
      help: 'Processing time of messages, sent or failed.',
      type: 'histogram',
      samples: senders.flatMap((each) => histogram(each, boundsUs)),
    },
  ];
}

function histogram(
  { sender, sent, failed, processingUs, atOrBelow }: SenderReading,
  boundsUs: readonly number[],
): MetricSample[] {
  const count = sent + failed;
  const bucket = (le: string, value: number) => ({ suffix: '_bucket', labels: { sender, le }, value });
  return [
    ...atOrBelow.map((n, i) => bucket(String(boundsUs[i]! / US_PER_SEC), n)),
    bucket('+Inf', count),
    { suffix: '_sum', labels: { sender }, value: processingUs / US_PER_SEC },
    { suffix: '_count', labels: { sender }, value: count },
  ];
}
