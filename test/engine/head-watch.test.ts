/** Which times without acknowledgements from some partitions are outages: partitions acknowledge in order, each for itself. */
import { expect, test } from 'vitest';
import { HeadWatch } from '../../src/engine/head-watch.ts';
import { allocateRunMemory, EFFORT, workerEffort } from '../../src/recorder/run-memory.ts';

const SEC = 1e9;
const STEP_SEC = 0.01;

interface Scene {
  /** When a message sent to the partition at `sec` is acknowledged, if those before it are. */
  readonly ackAt: (partition: number, sec: number) => number;
  readonly lingerSec?: number;
  readonly paused?: (sec: number) => boolean;
  readonly sends?: (partition: number, sec: number) => boolean;
}

/** A message to each of three partitions every 10 ms for 20 s, looked at every 10 ms. */
function outagesOf({ ackAt, lingerSec = 0, paused = () => false, sends = () => true }: Scene): number[][] {
  const memory = allocateRunMemory(1, 1, 60);
  const effort = workerEffort(memory, 0);
  const queues: { sentSec: number; ackSec: number }[][] = [[], [], []];
  const lane = {
    ackedSentNs: 0,
    oldestSentNs: () =>
      Math.min(...queues.map(([first]) => (first === undefined ? Number.POSITIVE_INFINITY : first.sentSec * SEC))),
  };
  const watch = new HeadWatch(memory, [lane], lingerSec * SEC);
  for (let step = 1; step <= 3_000; step++) {
    const sec = step * STEP_SEC;
    queues.forEach((queue, partition) => {
      if (sec <= 20 && sends(partition, sec)) queue.push({ sentSec: sec, ackSec: ackAt(partition, sec) });
      while (queue[0] !== undefined && queue[0].ackSec <= sec) {
        lane.ackedSentNs = Math.max(lane.ackedSentNs, queue.shift()!.sentSec * SEC);
        effort[EFFORT.lastAck] = sec * SEC;
      }
    });
    if (!paused(sec)) watch.look(sec * SEC);
  }
  expect(watch.outages.every(({ isPartial }) => isPartial)).toBe(true);
  return watch.outages.map(({ fromNs, toNs }) => [fromNs, toNs].map((ns) => Math.round(ns / SEC / 0.05) * 0.05));
}

const usual = (sec: number) => sec + 0.02;
const between = (sec: number, from: number, to: number) => sec >= from && sec < to;

test('one partition has no leader for 4 s', () => {
  const ackAt = (partition: number, sec: number) => (partition === 1 && between(sec, 5, 9) ? 9 : usual(sec));
  const [[from, to], ...others] = outagesOf({ ackAt }) as [number[], ...number[][]];
  expect(others).toEqual([]);
  // As exact as it is looked at.
  expect(from).toBeGreaterThan(4.7);
  expect(from).toBeLessThan(5.3);
  expect(to).toBeGreaterThan(8.95);
  expect(to).toBeLessThan(9.1);
});

test.each<[string, Scene]>([
  ['all is well', { ackAt: (_, sec) => usual(sec) }],
  ['a broker that takes 1.5 s, for all alike', { ackAt: (_, sec) => sec + 1.5 }],
  [
    'one partition that falls 1.5 s behind, and moves on',
    { ackAt: (p, sec) => sec + (p === 1 ? Math.min(1.5, 0.02 + sec / 10) : 0.02) },
  ],
  ['less than a second', { ackAt: (p, sec) => (p === 1 && between(sec, 5, 5.9) ? 5.9 : usual(sec)) }],
  [
    'no partition is acknowledged: that is the other kind',
    { ackAt: (_, sec) => (between(sec, 5, 9) ? 9 : usual(sec)) },
  ],
  [
    'the same, and the partitions come back one by one',
    { ackAt: (p, sec) => (between(sec, 5, 9 + p / 5) ? 9 + p / 5 : usual(sec)) },
  ],
  ['messages that linger', { lingerSec: 3, ackAt: (p, sec) => (p === 1 ? Math.ceil(sec / 3) * 3 : usual(sec)) }],
  ['a slow feed', { sends: (_, sec) => Math.round(sec * 100) % 400 === 0, ackAt: (_, sec) => sec + 0.9 }],
])('none: %s', (_, scene) => {
  expect(outagesOf(scene)).toEqual([]);
});

test('the process was paused: what came meanwhile was not seen', () => {
  const ackAt = (partition: number, sec: number) => (partition === 1 && between(sec, 5, 8) ? 8 : usual(sec));
  expect(outagesOf({ ackAt, paused: (sec) => between(sec, 4.9, 8.1) })).toEqual([]);
});

test('a partition that does not come back: until nothing else is acknowledged either', () => {
  const ackAt = (partition: number, sec: number) => (partition === 1 && sec >= 15 ? 25 : usual(sec));
  const [[from, to]] = outagesOf({ ackAt }) as [number[]];
  expect([Math.round(from!), Math.round(to!)]).toEqual([15, 20]);
});
