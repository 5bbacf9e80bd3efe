/** The producers of a scenario in one worker: lanes of their own, with one place in the memory. */
import { joinAccounts, measureLane } from '../recorder/lane-measurement.ts';
import type { LaneMeasurement } from '../recorder/measurement.ts';
import { type RunMemory, SETTLED } from '../recorder/run-memory.ts';
import { shareOf } from '../split.ts';
import type { Lane } from './lane.ts';

interface Place {
  readonly thread: number;
  readonly worker: number;
  /** Of the whole run. */
  readonly workers: number;
  readonly memory: RunMemory;
}

/** @param lanes in the order of the plan; those of a scenario side by side. */
export function byScenario(lanes: readonly Lane[]): Lane[][] {
  const groups: Lane[][] = [];
  for (const lane of lanes) {
    if (groups.at(-1)?.[0]?.scenario === lane.scenario) groups.at(-1)!.push(lane);
    else groups.push([lane]);
  }
  return groups;
}

/** Tells how far all messages of each scenario are acknowledged or given up. */
export function settle(scenarios: readonly (readonly Lane[])[], { worker, workers }: Place): void {
  for (const producers of scenarios) {
    const first = Math.min(...producers.map((lane) => lane.settledBefore()));
    producers[0]!.book.counters[SETTLED] = shareOf(first, worker, workers);
  }
}

/** After their ends and the drain. */
export function measureProducers(producers: readonly Lane[], { memory, ...place }: Place): LaneMeasurement {
  const accounts = producers.map((lane) => lane.account());
  const measured = measureLane(memory, place, producers[0]!.scenario, joinAccounts(accounts));
  return producers.length === 1 ? measured : { ...measured, reach: producers.map((lane) => lane.reach) };
}
