import { expect, test } from 'vitest';
import { SenderTally } from '../../../src/commands/roles/sender-tally.ts';
import { formatFamilies } from '../../../src/report/prometheus.ts';
import { PROCESSING_BOUNDS_SEC, senderFamilies } from '../../../src/report/sender-metrics.ts';

test('counters and a cumulative histogram of each sender', async () => {
  const tally = new SenderTally(['a-1', 'a-2']);
  const timesUs = [0, 5_000, 5_001, 100_000, 300_000, 20_000_000];
  for (const [i, processingUs] of timesUs.entries()) {
    tally.add({ id: String(i), sender: 'a-1', outcome: i % 3 === 0 ? 'failed' : 'sent', processingUs });
  }
  const lines = (await formatFamilies(senderFamilies(tally.readings()))).split('\n');
  expect(lines).toContain('# TYPE sms_sent_total counter');
  expect(lines).toContain('sms_sent_total{sender="a-1"} 4');
  expect(lines).toContain('sms_failed_total{sender="a-1"} 2');
  expect(lines).toContain('sms_sent_total{sender="a-2"} 0');
  for (const bound of PROCESSING_BOUNDS_SEC) {
    const within = timesUs.filter((us) => us <= bound * 1e6).length;
    expect(lines).toContain(`sms_processing_seconds_bucket{sender="a-1",le="${bound}"} ${within}`);
  }
  expect(lines).toContain('sms_processing_seconds_bucket{sender="a-1",le="+Inf"} 6');
  expect(lines).toContain('sms_processing_seconds_count{sender="a-1"} 6');
  expect(lines).toContain('sms_processing_seconds_sum{sender="a-1"} 20.410001');
});

test('progress is since the last time it was asked', () => {
  let nowMs = 1_000;
  const tally = new SenderTally(['a-1'], () => nowMs);
  const send = (count: number) => {
    for (let i = 0; i < count; i++) tally.add({ id: '', sender: 'a-1', outcome: 'sent', processingUs: 2_000 });
  };
  send(10);
  nowMs += 5_000;
  expect(tally.progress()).toBe('sent 10, failed 0, average 2ms, 2/s now');
  send(4);
  nowMs += 4_000;
  expect(tally.progress()).toBe('sent 14, failed 0, average 2ms, 1/s now');
});
