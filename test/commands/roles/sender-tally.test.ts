import { expect, test } from 'vitest';
import { totalsFamilies } from '../../../src/commands/roles/role-totals.ts';
import { SenderTally } from '../../../src/commands/roles/sender-tally.ts';
import { formatFamilies } from '../../../src/report/prometheus.ts';
import { boundOf, PROCESSING_BOUNDS_US } from '../../../src/roles/sender-totals.ts';

test('counters and a cumulative histogram of each sender', async () => {
  const tally = new SenderTally(['a-1', 'a-2']);
  const timesUs = [0, 5_000, 5_001, 100_000, 300_000, 20_000_000];
  for (const [i, processingUs] of timesUs.entries()) {
    tally.add({ id: String(i), sender: 'a-1', outcome: i % 3 === 0 ? 'failed' : 'sent', processingUs });
  }
  const lines = (await formatFamilies(totalsFamilies(tally.totals))).split('\n');
  expect(lines).toContain('# TYPE sms_sent_total counter');
  expect(lines).toContain('sms_sent_total{sender="a-1"} 4');
  expect(lines).toContain('sms_failed_total{sender="a-1"} 2');
  expect(lines).toContain('sms_sent_total{sender="a-2"} 0');
  for (const boundUs of PROCESSING_BOUNDS_US) {
    const within = timesUs.filter((us) => us <= boundUs).length;
    expect(lines).toContain(`sms_processing_seconds_bucket{sender="a-1",le="${boundUs / 1e6}"} ${within}`);
  }
  expect(lines).toContain('sms_processing_seconds_bucket{sender="a-1",le="+Inf"} 6');
  expect(lines).toContain('sms_processing_seconds_count{sender="a-1"} 6');
  expect(lines).toContain('sms_processing_seconds_sum{sender="a-1"} 20.410001');
});

test('a time belongs to the least bound that it does not exceed', () => {
  expect([0, 5_000, 5_001, 1e7, 1e7 + 1].map(boundOf)).toEqual([5_000, 5_000, 10_000, 1e7, undefined]);
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
