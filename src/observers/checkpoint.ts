/** How a run stands at one moment, in the terms of its result: all that is left of it where it is killed after that. */

import type { LanePlan, Plan } from '../plan/plan.ts';
import type { ShardPlace } from '../plan/shard.ts';
import { dueBy } from '../recorder/due.ts';
import { createHistogram } from '../recorder/histogram.ts';
import type { RunReader } from '../recorder/reader.ts';
import { LOAD, type Phase, WARMUP } from '../recorder/run-memory.ts';
import { summarizePhase } from '../result/latency.ts';
import type { PhaseResult } from '../result/result.ts';
import type { Checkpoint } from '../result/run-file.ts';
import { NS_PER_MS, NS_PER_SEC, US_PER_SEC } from '../units.ts';

/** Of one part after another: of a thousand scenarios they would be half a gigabyte. */
const SCRATCH = { response: createHistogram(), service: createHistogram(), scheduleLag: createHistogram() };

export function checkpoint({ lanes, shard }: Plan, live: RunReader, elapsedNs: number): Checkpoint {
  const reader = live.atOneMoment();
  const { user, system } = process.cpuUsage();
  const warmup = phaseResult(reader, lanes, { phase: WARMUP, shard }, elapsedNs);
  const part = { phase: LOAD, shard };
  const loadStartNs = Math.min(elapsedNs, ...lanes.map(({ load }) => load.warmupEndNs));
  return {
    durationMs: elapsedNs / NS_PER_MS,
    phases: { warmup: loadStartNs / NS_PER_SEC, load: (elapsedNs - loadStartNs) / NS_PER_SEC, drain: 0 },
    ...phaseResult(reader, lanes, part, elapsedNs),
    client: { cpuSeconds: (user + system) / US_PER_SEC, maxRssBytes: process.resourceUsage().maxRSS * 1024 },
    warmup: warmup.totals.sent + warmup.totals.shed === 0 ? null : warmup,
    scenarios: Object.fromEntries(lanes.map((lane) => [lane.name, phaseResult(reader, [lane], part, elapsedNs)])),
    settled: Object.fromEntries(lanes.map((lane) => [lane.name, reader.settled(lane)])),
  };
}

interface Part {
  readonly phase: Phase;
  readonly shard: ShardPlace | undefined;
}

function phaseResult(reader: RunReader, lanes: readonly LanePlan[], part: Part, elapsedNs: number): PhaseResult {
  const { phase } = part;
  const counts = reader.counts({ lanes, phases: [phase] });
  const { acked, failed, shed, bytes: payloadBytes } = counts;
  // The copy was not made at one instant: nothing is settled before it was sent.
  const sent = Math.max(counts.sent, acked + failed);
  const due = dueBy(lanes, elapsedNs, reader.loadEndsNs(), part);
  const scheduled = Math.max(due ?? 0, sent + shed);
  const unresolved = sent - acked - failed;
  const totals = { scheduled, sent, shed, unsent: scheduled - sent - shed, acked, failed, unresolved, payloadBytes };
  const seconds = secondsOf(lanes, phase, elapsedNs);
  const targetPerSec = due === null ? null : due / seconds;
  const achievedPerSec = acked / seconds;
  const errorPct = targetPerSec ? (100 * (achievedPerSec - targetPerSec)) / targetPerSec : null;
  return {
    totals: { ...totals, wireBytes: null },
    rate: { targetPerSec, achievedPerSec, errorPct },
    latency: summarizePhase({ totals, ...reader.latencies({ lanes, phases: [phase] }, SCRATCH) }),
  };
}

function secondsOf(lanes: readonly LanePlan[], phase: Phase, elapsedNs: number): number {
  const loads = lanes.map(({ load }) => load);
  const startNs = Math.min(...loads.map(({ startNs, warmupEndNs }) => (phase === WARMUP ? startNs : warmupEndNs)));
  const endNs = Math.max(...loads.map(({ warmupEndNs, endNs }) => (phase === WARMUP ? warmupEndNs : endNs)));
  return Math.max(1e-9, (Math.min(elapsedNs, endNs) - startNs) / NS_PER_SEC);
}
