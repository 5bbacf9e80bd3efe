import { expect, test } from 'vitest';
import { LeavePolicy, type Pace } from '../../src/roles/leave-policy.ts';

const PARTITIONS = 12;
const STEP_MS = 100;
const LOOK_EVERY_MS = 500;
/** From leaving or coming back until the others know. */
const REBALANCE_MS = 500;

class Process {
  readonly pace: Pace;
  readonly policy: LeavePolicy;
  /** Of each message in hand. */
  busy: { readonly untilMs: number; readonly partition: number }[] = [];
  isMember = true;
  changedMs = Number.NEGATIVE_INFINITY;
  times = 0;

  constructor(pace: Pace) {
    this.pace = pace;
    this.policy = new LeavePolicy(pace);
  }

  /** Whether the group counts on it: nobody goes with a message in hand. */
  isInGroup(nowMs: number): boolean {
    const isSettled = nowMs - this.changedMs >= REBALANCE_MS;
    return this.isMember ? isSettled : !isSettled || this.busy.length > 0;
  }
}

/** Senders of one process that all take the same time. */
const alike = (senders: number, messageSec: number): Pace => ({ perSec: senders / messageSec, messageSec });

/**
 * A group on a clock of its own, messages spread evenly. `isFixed`: nobody ever leaves. The first process is gone after
 * `goneMs`.
 * @returns when the last message was dealt with, and how often each process left or came back.
 */
function simulate(
  paces: readonly Pace[],
  messages: number,
  { isFixed = false, goneMs = Number.POSITIVE_INFINITY } = {},
) {
  const ends = Array.from({ length: PARTITIONS }, (_, i) => Math.floor((messages + PARTITIONS - 1 - i) / PARTITIONS));
  const [taken, next] = [ends.map(() => 0), ends.map(() => 0)];
  const processes = paces.map((pace) => new Process(pace));
  let nowMs = 0;
  for (; next.some((offset, partition) => offset < ends[partition]!); nowMs += STEP_MS) {
    if (nowMs > 3_600_000) throw new Error('the messages are never dealt with');
    // What it had in hand comes again.
    if (nowMs === goneMs) for (const { partition } of processes[0]!.busy) taken[partition]!--;
    const present = nowMs < goneMs ? processes : processes.slice(1);
    const members = present.filter((process) => process.isInGroup(nowMs));
    for (const process of present) {
      for (const { partition } of process.busy.filter(({ untilMs }) => untilMs <= nowMs)) next[partition]!++;
      process.busy = process.busy.filter(({ untilMs }) => untilMs > nowMs);
      const place = members.indexOf(process);
      const partitions = ends.flatMap((_, partition) => (partition % members.length === place ? [partition] : []));
      if (!isFixed && nowMs % LOOK_EVERY_MS === 0) {
        const view = { nowMs, assigned: new Set(partitions), next: [...next], ends };
        if (process.policy.isMember(view) !== process.isMember) {
          process.isMember = !process.isMember;
          process.changedMs = nowMs;
          process.times++;
        }
      }
      const senders = Math.round(process.pace.perSec * process.pace.messageSec);
      for (const partition of partitions) {
        while (process.isMember && process.busy.length < senders && taken[partition]! < ends[partition]!) {
          taken[partition]!++;
          process.busy.push({ untilMs: nowMs + process.pace.messageSec * 1_000, partition });
        }
      }
    }
  }
  return { sec: nowMs / 1_000, times: processes.map(({ times }) => times) };
}

const [FAST, SLOW] = [alike(1, 0.1), alike(1, 2)];

test.each([
  { name: 'two processes', paces: [alike(3, 0.1), SLOW] },
  { name: 'four processes', paces: [FAST, FAST, FAST, SLOW] },
])('one slow sender beside three holds them up for a moment, not for its part of the messages: $name', ({ paces }) => {
  const sharedQueueSec = 200 / 30.5;
  expect(simulate(paces, 200).sec).toBeLessThan(1.5 * sharedQueueSec);
  expect(simulate(paces, 200, { isFixed: true }).sec).toBeGreaterThan(10 * sharedQueueSec);
});

test('it comes back while there is much to do, and the group is about as fast as with one queue for all', () => {
  const { sec, times } = simulate([FAST, FAST, FAST, SLOW], 3_000);
  expect(sec).toBeLessThan(1.1 * (3_000 / 30.5));
  expect(times.slice(0, 3)).toEqual([0, 0, 0]);
});

test.each([
  { name: 'slow ones', paces: [SLOW, SLOW, SLOW, SLOW] },
  { name: 'fast ones', paces: [FAST, FAST, FAST, FAST] },
  { name: 'one alone', paces: [SLOW] },
])('nobody leaves where all are alike: $name', ({ paces }) => {
  expect(simulate(paces, 200).times).toEqual(paces.map(() => 0));
});

test('where the faster ones are gone, the one that left deals with all of it', () => {
  const { times } = simulate([alike(3, 0.1), SLOW], 400, { goneMs: 8_000 });
  expect(times).toEqual([0, 2]);
});

/** Of 100 messages of another process this many are left, and as many of this one. */
const view = (nowMs: number, theirs: number, mine: number) => ({
  nowMs,
  assigned: new Set([1]),
  next: [100 - theirs, 100 - mine],
  ends: [100, 100],
});

test('it stays as long as the others have messages of their own', () => {
  const policy = new LeavePolicy(SLOW);
  for (const [second, theirs] of [90, 80, 70, 60, 50, 40, 31].entries()) {
    expect(policy.isMember(view(second * 1_000, theirs, 50))).toBe(true);
  }
  // Less than one message of its own takes, and what it takes to hand over.
  expect(policy.isMember(view(7_000, 21, 50))).toBe(false);
});

test('where the others have nothing to do, it leaves at once what it has too much of', () => {
  const policy = new LeavePolicy(SLOW);
  expect(policy.isMember(view(0, 0, 50))).toBe(true);
  expect(policy.isMember(view(500, 0, 50))).toBe(false);
});

test('others that get nowhere are not left anything', () => {
  const policy = new LeavePolicy(SLOW);
  for (let second = 0; second < 60; second++) expect(policy.isMember(view(second * 1_000, 1, 50))).toBe(true);
});

test('one that has to leave again and again stays away for longer and longer; one that did not, as at first', () => {
  const policy = new LeavePolicy(SLOW);
  let nowMs = 0;
  function leave(): number {
    for (let theirs = 60; policy.isMember(view(nowMs, theirs, 50)); theirs -= 20) {
      if (theirs < -1_000) throw new Error('it never leaves');
      nowMs += 1_000;
    }
    nowMs += 500;
    const leftMs = nowMs;
    while (!policy.isMember(view(nowMs, 0, 0))) {
      if (nowMs - leftMs > 1_000_000) throw new Error('it never comes back');
      nowMs += 500;
    }
    return (nowMs - leftMs) / 1_000;
  }
  expect([leave(), leave(), leave(), leave(), leave(), leave()]).toEqual([10, 20, 40, 80, 160, 160]);
  expect(policy.isMember(view(nowMs, 0, 0))).toBe(true);
  nowMs += 61_000;
  expect(leave()).toBe(10);
});
