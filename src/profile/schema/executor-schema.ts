/** The executors' own keys, flat in the scenario as k6 has them, and what they mean once units are gone. */
import { z } from 'zod';
import type { Problem } from '../../errors.ts';
import { NS_PER_SEC, parseRate } from '../../units.ts';
import type { Executor } from '../profile.ts';
import { duration, integer, rate, real, span } from './leaf.ts';

const timeUnit = duration({ positive: true })
  .optional()
  .describe(
    'What a rate without a unit of its own counts against, here and in `-r`; 1s when absent. `rate: 600, timeUnit: 1m` is 10/s.',
  );

const runSpan = span().describe('How long the scenario sends; `endless`: until the run is stopped.');

const stage = z
  .strictObject({
    target: rate().describe('Rate at the end of the stage; it is reached in a straight line.'),
    duration: duration().describe('Length of the stage; 0s is a jump.'),
  })
  .describe('One straight piece of the rate.');

const replayRow = z.strictObject({
  second: real(0).describe('From this second of the scenario on …'),
  rate: rate().describe('… this rate, until the next row.'),
});

/** Keys by executor; the discriminator itself and what scenarios share is added by schema.ts. */
export const EXECUTOR_KEYS = {
  'constant-arrival-rate': {
    rate: rate({ positive: true }).describe('Messages per `timeUnit`, or with a unit: 25, 25/s, 600/m, 1000/h, 1/3s.'),
    timeUnit,
    duration: runSpan,
  },
  'ramping-arrival-rate': {
    startRate: rate().prefault(0).describe('Rate before the first stage.'),
    timeUnit,
    stages: z.array(stage).min(1, 'stages must not be empty').describe('The pieces, one after the other.'),
  },
  burst: {
    size: integer(1).describe('Messages of one burst, due at the same moment.'),
    every: duration({ positive: true }).prefault('1s').describe('From the start of one burst to the next.'),
    duration: span().optional().describe('How long there are bursts, or `endless`; this or `bursts`.'),
    bursts: integer(1).optional().describe('How many bursts there are; this or `duration`.'),
  },
  sine: {
    mean: rate({ positive: true }).describe('Rate around which it swings.'),
    amplitude: rate().describe('How far it swings, at most `mean`.'),
    timeUnit,
    period: duration({ positive: true }).describe('Length of one swing; it starts at the mean, going up.'),
    duration: runSpan,
  },
  replay: {
    file: z.string().min(1).optional().describe('A CSV of `second,rate`, relative to the profile; this or `rows`.'),
    rows: z.array(replayRow).min(1, 'rows must not be empty').optional().describe('The same inline; this or `file`.'),
    timeUnit,
  },
  'max-throughput': {
    duration: duration({ positive: true })
      .optional()
      .describe('How long the scenario sends; this, `messages` or both.'),
    messages: integer(1).optional().describe('How many messages it sends.'),
    inFlight: integer(1).optional().describe('Messages in flight over all workers; the plan chooses when absent.'),
  },
} as const;

export type ExecutorKind = keyof typeof EXECUTOR_KEYS;

export const EXECUTOR_MEANING: Readonly<Record<ExecutorKind, string>> = {
  'constant-arrival-rate': 'A steady rate, whatever the broker does (open model).',
  'ramping-arrival-rate': 'A rate along straight lines, stage by stage (open model).',
  burst: 'Many messages at the same moment, again and again (open model).',
  sine: 'A rate that swings as a day does (open model).',
  replay: 'A recorded rate, second by second (open model).',
  'max-throughput': 'As fast as acknowledgements allow (closed loop).',
};

type ExecutorInput = {
  [Kind in ExecutorKind]: { readonly executor: Kind } & z.output<z.ZodObject<(typeof EXECUTOR_KEYS)[Kind]>>;
}[ExecutorKind];

export type ReplayRows = Extract<Executor, { readonly kind: 'replay' }>['rows'];

/** `at` is relative to the scenario. */
export type Report = (at: readonly (string | number)[], problem: Omit<Problem, 'place' | 'path'>) => void;

/**
 * Units gone, alternatives resolved, contradictions reported.
 * @param readRows reads a replay file, and reports what is wrong with it itself (undefined then).
 */
export function normalizeExecutor(
  input: ExecutorInput,
  report: Report,
  readRows: (file: string, timeUnitNs: number) => ReplayRows | undefined,
): Executor | undefined {
  const unitNs = ('timeUnit' in input ? input.timeUnit : undefined) ?? NS_PER_SEC;
  const perSec = (value: string | number): number => parseRate(value, unitNs);
  switch (input.executor) {
    case 'constant-arrival-rate':
      return { kind: input.executor, ratePerSec: perSec(input.rate), ...input.duration };
    case 'ramping-arrival-rate': {
      const startRatePerSec = perSec(input.startRate);
      const stages = input.stages.map((stage) => ({
        targetPerSec: perSec(stage.target),
        durationNs: stage.duration,
      }));
      const executor = { kind: input.executor, startRatePerSec, stages };
      if (plannedMessages(executor) === 0) report(['stages'], { message: 'the stages plan no message at all' });
      return executor;
    }
    case 'burst':
      return normalizeBurst(input, report);
    case 'sine': {
      const { period: periodNs, duration } = input;
      const meanPerSec = perSec(input.mean);
      const amplitudePerSec = perSec(input.amplitude);
      if (amplitudePerSec > meanPerSec) {
        const message = 'amplitude must not be greater than mean: a rate cannot be negative';
        report(['amplitude'], { message, hint: `at most ${input.mean}` });
      }
      return { kind: input.executor, meanPerSec, amplitudePerSec, periodNs, ...duration };
    }
    case 'replay': {
      if ((input.file === undefined) === (input.rows === undefined)) {
        report([], { message: 'replay takes either `file` or `rows`', hint: 'rows: [{ second: 0, rate: 100 }, …]' });
        return undefined;
      }
      const inline = () => input.rows!.map((row) => ({ second: row.second, ratePerSec: perSec(row.rate) }));
      const rows = input.file === undefined ? inline() : readRows(input.file, unitNs);
      if (rows === undefined) return undefined;
      const at = input.file === undefined ? 'rows' : 'file';
      const unordered = rows.findIndex((row, i) => i > 0 && row.second <= rows[i - 1]!.second);
      if (unordered > 0) report([at], { message: `the seconds must ascend: row ${unordered + 1} does not` });
      else if (rows.every((row) => row.ratePerSec === 0)) report([at], { message: 'the rows plan no message at all' });
      return { kind: input.executor, rows };
    }
    case 'max-throughput': {
      const { duration: durationNs, messages, inFlight } = input;
      if (durationNs === undefined && messages === undefined) {
        report([], { message: 'max-throughput needs a `duration` or `messages`', hint: 'duration: 30s' });
      }
      return {
        kind: input.executor,
        ...(durationNs !== undefined && { durationNs }),
        ...(messages !== undefined && { messages }),
        ...(inFlight !== undefined && { inFlight }),
      };
    }
  }
}

function normalizeBurst(input: Extract<ExecutorInput, { executor: 'burst' }>, report: Report): Executor {
  const { size, every: everyNs, duration, bursts } = input;
  if ((duration === undefined) === (bursts === undefined)) {
    report([], { message: 'burst takes either `duration` or `bursts`', hint: 'duration: 10s' });
  }
  return { kind: 'burst', size, everyNs, ...(duration ?? { durationNs: (bursts ?? 1) * everyNs }) };
}

/** Messages an executor plans, as a real number (the schedule has the whole ones); NaN in a closed loop. */
export function plannedMessages(executor: Executor): number {
  switch (executor.kind) {
    case 'constant-arrival-rate':
      return (executor.ratePerSec * executor.durationNs) / NS_PER_SEC;
    case 'ramping-arrival-rate': {
      let from = executor.startRatePerSec;
      let messages = 0;
      for (const { targetPerSec, durationNs } of executor.stages) {
        messages += (((from + targetPerSec) / 2) * durationNs) / NS_PER_SEC;
        from = targetPerSec;
      }
      return messages;
    }
    case 'burst':
      return executor.size * Math.ceil(executor.durationNs / executor.everyNs);
    case 'sine': {
      const { meanPerSec, amplitudePerSec, periodNs, durationNs } = executor;
      const swing =
        (amplitudePerSec * periodNs * (1 - Math.cos((2 * Math.PI * durationNs) / periodNs))) / (2 * Math.PI);
      return (meanPerSec * durationNs + swing) / NS_PER_SEC;
    }
    case 'replay':
      return executor.rows.reduce((sum, row, i, rows) => {
        return sum + row.ratePerSec * ((rows[i + 1]?.second ?? row.second + 1) - row.second);
      }, 0);
    case 'max-throughput':
      return Number.NaN;
  }
}

/** Whether only a stop ends it. */
export function isEndlessExecutor(executor: Executor): boolean {
  return 'endless' in executor && executor.endless === true;
}

/** Length of an executor's schedule; undefined when only a count ends it. */
export function executorDurationNs(executor: Executor): number | undefined {
  switch (executor.kind) {
    case 'ramping-arrival-rate':
      return executor.stages.reduce((sum, stage) => sum + stage.durationNs, 0);
    case 'replay':
      return (executor.rows.at(-1)!.second + 1) * NS_PER_SEC;
    default:
      return executor.durationNs;
  }
}
