/** How many worker threads a run gets, and why. */

import type { Problem } from '../errors.ts';
import { isClosed } from '../executors/table.ts';
import type { Profile } from '../profile/profile.ts';
import { countOf, formatCount, formatRate } from '../units.ts';
import { type Load, peakRate } from './scenario-load.ts';

/** What one worker carries at its limit (bench of the loop), and what it is planned to carry: room for the peaks. */
const CARRIES_PER_SEC = 1_000_000;
const PLANNED_PER_SEC = 600_000;
/** In a closed loop more clients only make smaller batches. */
const CLOSED_LOOP_MOST = 4;

export interface WorkerCount {
  /** Of all shards together. */
  readonly workers: number;
  /** One sentence. */
  readonly reason: string;
}

/** @param cores CPUs of each process. */
export function countWorkers(
  profile: Profile,
  loads: readonly Load[],
  { cores, shards }: { readonly cores: number; readonly shards: number },
  problems: Problem[],
  warnings: string[],
): WorkerCount {
  const chosen = chooseWorkers(profile, loads, { cores, shards });
  const each = profile.workers === 'auto' ? dividingClients(profile, chosen, shards) : chosen;
  const workers = each.workers * shards;
  problems.push(...clientProblems(profile, workers, shards));
  const max = maxWorkers(cores);
  const byKey = Object.entries(profile.scenarios).find(([, scenario]) => scenario.affinity === 'key');
  if (byKey !== undefined && workers > 1) {
    problems.push({
      path: 'workers',
      message: `scenario ${byKey[0]} has \`affinity: key\`, which keeps all keys on one worker`,
      hint: shards > 1 ? 'run it in one process' : 'set workers to 1 or auto',
    });
  }
  if (each.workers > max) {
    warnings.push(
      `${each.workers} workers on ${cores} ${cores === 1 ? 'core' : 'cores'}: more than ${max} take turns and add delay of their own`,
    );
  }
  const peak = combinedPeakRate(loads);
  if (peak > workers * CARRIES_PER_SEC) {
    warnings.push(
      `the planned peak of ${formatRate(peak)} is more than ${workers === 1 ? 'one worker carries' : `${workers} workers carry`}, about ${formatCount(workers * CARRIES_PER_SEC)}/s: expect GENERATOR_LIMITED`,
    );
  }
  // Reasons begin with how many there are.
  const split = shards === 1 ? '$&' : `$& in each of ${shards} shards`;
  return { workers, reason: each.reason.replace(/^\d+ workers?/, split) };
}

/** The most workers up to those chosen that divide the clients of every scenario. */
function dividingClients({ scenarios }: Profile, chosen: WorkerCount, shards: number): WorkerCount {
  const counts = Object.values(scenarios).flatMap(({ clients = [] }) => clients);
  let { workers } = chosen;
  while (workers > 1 && counts.some((clients) => clients % (workers * shards) !== 0)) workers -= 1;
  if (workers === chosen.workers) return chosen;
  const why = `of at most ${chosen.workers} the most that divide ${[...new Set(counts)].join(' and ')} clients`;
  return { workers, reason: `${countOf(workers, 'worker')}: ${why}` };
}

function clientProblems({ scenarios }: Profile, workers: number, shards: number): Problem[] {
  return Object.entries(scenarios).flatMap(([name, { clients, affinity }]): Problem[] => {
    if (clients === undefined) return [];
    const path = `scenarios.${name}.clients`;
    const found: Problem[] = [];
    if (affinity === 'key' && clients > 1) {
      const message = `\`affinity: key\` keeps the order of each key, and ${clients} clients do not`;
      found.push({ path, message, hint: 'leave out `clients`, or `affinity`' });
    }
    if (clients % workers !== 0) {
      const below = clients - (clients % workers);
      const nearest = below === 0 ? workers : `${below} or ${below + workers}`;
      const each = shards === 1 ? '' : ` (${shards} shards of ${workers / shards})`;
      const divided = clients % shards === 0 ? nearestDivisors(clients / shards, workers / shards) : '';
      const fewer = divided === '' ? '' : `, or ${divided} workers${shards === 1 ? '' : ' in each shard'}`;
      const message = `${countOf(clients, 'client')} cannot be split over ${countOf(workers, 'worker')}${each}`;
      found.push({ path, message, hint: `${nearest} can${fewer}` });
    }
    return found;
  });
}

/** `2 or 5` of 50 for 4. */
function nearestDivisors(of: number, near: number): string {
  const divisors = Array.from({ length: of }, (_, i) => i + 1).filter((n) => of % n === 0);
  const nearest = [divisors.findLast((n) => n < near), divisors.find((n) => n > near)];
  return nearest.filter((n) => n !== undefined).join(' or ');
}

/** The greatest sum of the peaks of scenarios that run at the same time; a closed loop adds nothing. */
function combinedPeakRate(loads: readonly Load[]): number {
  const open = loads.filter((load) => load.kind === 'open');
  const peaks = open.map(peakRate);
  const peakAt = (ns: number) =>
    open.reduce((sum, { startNs, endNs }, i) => sum + (startNs <= ns && ns < endNs ? peaks[i]! : 0), 0);
  return Math.max(0, ...Array.from(new Set(open.map(({ startNs }) => startNs)), peakAt));
}

function maxWorkers(cores: number): number {
  return Math.max(1, cores - 1);
}

/** Of one shard. */
function chooseWorkers(
  profile: Profile,
  loads: readonly Load[],
  { cores, shards }: { readonly cores: number; readonly shards: number },
): WorkerCount {
  if (profile.workers !== 'auto')
    return { workers: profile.workers, reason: `${countOf(profile.workers, 'worker')} as configured` };
  const scenarios = Object.entries(profile.scenarios);
  const byKey = scenarios.find(([, scenario]) => scenario.affinity === 'key');
  if (byKey !== undefined) {
    return {
      workers: 1,
      reason: `1 worker: scenario ${byKey[0]} has affinity: key, one worker keeps every key's order`,
    };
  }
  const max = maxWorkers(cores);
  const peak = combinedPeakRate(loads);
  const forRate = Math.max(1, Math.ceil(peak / shards / PLANNED_PER_SEC));
  const closed = loads.some((load) => load.kind === 'closed');
  // A loop and the client's own thread beside it: two cores each.
  const forClosed = closed ? Math.max(1, Math.min(CLOSED_LOOP_MOST, Math.floor(cores / 2))) : 1;
  const inFlight = scenarios.flatMap(([, { executor }]) => {
    return isClosed(executor) ? [Math.floor((executor.inFlight ?? Infinity) / shards)] : [];
  });
  const workers = Math.max(1, Math.min(Math.max(forRate, forClosed), max, ...inFlight));
  if (forClosed > forRate || (closed && peak === 0)) {
    return {
      workers,
      reason: `${countOf(workers, 'worker')}: as fast as possible on ${countOf(cores, 'core')}, two for each worker`,
    };
  }
  const capped = workers < forRate ? `, and no more than ${max} leave a core for the rest` : '';
  const one = `one worker is planned for ${formatCount(PLANNED_PER_SEC)}/s`;
  return { workers, reason: `${countOf(workers, 'worker')}: the planned peak is ${formatRate(peak)}, ${one}${capped}` };
}
