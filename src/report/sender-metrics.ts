/** Senders of alerts as Prometheus metrics, one series a sender. */
import type { MetricFamily, MetricSample } from './prometheus.ts';

/** Upper ends of the buckets, as Prometheus' clients have them by default. */
export const PROCESSING_BOUNDS_SEC = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface SenderReading {
  readonly sender: string;
  readonly sent: number;
  readonly failed: number;
  readonly processingUs: number;
  /** Messages that took as long as each of the bounds or less. */
  readonly atOrBelow: readonly number[];
}

export function senderFamilies(senders: readonly SenderReading[]): MetricFamily[] {
  const counter = (name: string, help: string, count: 'sent' | 'failed'): MetricFamily => {
    const samples = senders.map((each) => ({ labels: { sender: each.sender }, value: each[count] }));
    return { name, help, type: 'counter', samples };
  };
  return [
    counter('sms_sent_total', 'Messages sent by this process.', 'sent'),
    counter('sms_failed_total', 'Messages whose sending failed in this process.', 'failed'),
    {
      name: 'sms_processing_seconds',
      help: 'Processing time of messages, sent or failed.',
      type: 'histogram',
      samples: senders.flatMap(histogram),
    },
  ];
}

function histogram({ sender, sent, failed, processingUs, atOrBelow }: SenderReading): MetricSample[] {
  const count = sent + failed;
  const bucket = (le: string, value: number) => ({ suffix: '_bucket', labels: { sender, le }, value });
  return [
    ...atOrBelow.map((n, i) => bucket(String(PROCESSING_BOUNDS_SEC[i]), n)),
    bucket('+Inf', count),
    { suffix: '_sum', labels: { sender }, value: processingUs / 1e6 },
    { suffix: '_count', labels: { sender }, value: count },
  ];
}
