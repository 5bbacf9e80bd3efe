import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { LoadError } from '../../src/errors.ts';
import { MessageDatabase } from '../../src/lifecycle/message-database.ts';
import { Tracker } from '../../src/lifecycle/tracker.ts';
import { buildPlan } from '../../src/plan/build-plan.ts';
import { allocateRunMemory, COUNTER, controlOf, counterCell, LOAD, laneCounters } from '../../src/result/run-memory.ts';
import { messageLifecycle, phoneBookOf } from '../../src/workload/built-in/message-lifecycle/message-lifecycle.ts';
import { measureRecord, trailsOf } from '../../src/workload/workload.ts';
import { profileOf, scenarioOf } from '../plan/profile.ts';

const RUN = { runTag: '0123456789abcdef', profile: 'p', profileHash: 'h', plannedAtMs: 1.7e12 };

/** A run of ten messages that are all delivered, on one worker that does what the test says. */
function openRun() {
  const file = join(mkdtempSync(join(tmpdir(), 'tracker-')), 'run.db');
  const rates = { deliveredRate: 1, delayedRate: 0, neverDeliveredRate: 0 };
  const params = messageLifecycle.params.parse({ ...rates, database: file });
  const executor = { kind: 'constant-arrival-rate', ratePerSec: 10, durationNs: 1e9 } as const;
  const key = { kind: 'field', field: 'messageId' } as const;
  const scenario = scenarioOf({ workload: 'message-lifecycle', key, executor, params });
  const how = { cores: 1, runTag: RUN.runTag, measure: measureRecord, trails: trailsOf };
  const plan = buildPlan(profileOf({ scenarios: { m: scenario } }), how);
  const memory = allocateRunMemory(1, plan.scenarios.length, 1);
  controlOf(memory).epoch[1] = 1.7e12;
  const database = new MessageDatabase(file);
  database.begin(RUN, phoneBookOf(plan.scenarios[0]!.record).entries());
  return {
    file,
    database,
    tracker: new Tracker(database, plan, memory),
    count: (lane: number, counter: keyof typeof COUNTER, count: number) => {
      laneCounters(memory, 0, lane)[counterCell(LOAD, COUNTER[counter])]! += count;
    },
  };
}

test('a run has ended when the fate of its last message is known, and not when it was handed over', () => {
  const { database, tracker, count } = openRun();
  for (const lane of [0, 1]) count(lane, 'sent', 10);
  count(0, 'acked', 10);
  count(1, 'acked', 9);
  tracker.write(1e9);
  expect(database.saved()).toMatchObject({ ended: false, settled: { m: 10, 'm/delivered': 0 } });
  count(1, 'failed', 1);
  tracker.write(2e9);
  expect(database.saved()).toMatchObject({ ended: true, settled: { m: 10, 'm/delivered': 10 } });
  expect(database.counts().states).toEqual({ delivered: 10 });
  database.close();
});

test('what could not be written is written the next time', () => {
  const { file, database, tracker, count } = openRun();
  count(0, 'sent', 3);
  const other = new Database(file);
  other.exec('BEGIN IMMEDIATE');
  expect(() => tracker.write(1e9, 0)).toThrow(LoadError);
  expect(() => tracker.write(1e9, 0)).toThrow(`${file} cannot be read or written: database is locked`);
  other.exec('ROLLBACK');
  other.close();
  count(0, 'sent', 2);
  tracker.write(2e9);
  expect(database.counts().states).toEqual({ sent: 5 });
  expect(database.saved()).toMatchObject({ elapsedMs: 2000, ended: false });
  database.close();
});
