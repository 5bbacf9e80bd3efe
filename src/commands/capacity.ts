/** `load capacity`: the highest rate that meets the objectives. */
import type { CapacityStep } from '../compare/capacity-result.ts';
import { rateText } from '../compare/capacity-words.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { type CapacityOptions, planSearch, runCapacity } from '../experiments/capacity/capacity.ts';
import { lengthOf, type PlannedCapacity } from '../experiments/capacity/plan-capacity.ts';
import { STEPS_MAX, stepsOf } from '../experiments/capacity/rate-search.ts';
import type { StepNews } from '../experiments/capacity/search.ts';
import { AROUND_RUN_MS } from '../experiments/estimate.ts';
import { trackCapacity } from '../experiments/progress-tracker.ts';
import { type CapacityPlan, renderCapacity, renderCapacityPlan } from '../report/capacity-text.ts';
import { countOf, formatCount, formatDuration, MS_PER_SEC, NS_PER_SEC } from '../units.ts';
import { describeFailure } from './failure.ts';
import type { Invocation } from './invocation.ts';
import { type LivePage, openLivePage, reportIn } from './live-page.ts';
import { Notices } from './notices.ts';
import { localShardsOf } from './shard-count.ts';
import { summaryLook, writeApart } from './terminal.ts';
import { formatOf, isSet, listValue, logLevelOf, overridesOf, profileOf, textValue } from './values.ts';

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, params, terminal, commandLine } = invocation;
  const { stdout } = terminal;
  const format = formatOf(values);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const options: CapacityOptions = { ...optionsOf(invocation), overrides: overridesOf(values, params) };
  const planned = await planSearch(profileOf(values), options);
  if (isSet(values, 'plan')) {
    const plan = planOf(planned);
    stdout.write(`${format === 'json' ? JSON.stringify(plan, null, 2) : renderCapacityPlan(plan)}\n`);
    return EXIT.ok;
  }
  const stop = new AbortController();
  let tracker: ReturnType<typeof trackCapacity> | undefined;
  let live: LivePage | undefined;
  try {
    live = await openLivePage(values, notices);
    const { result, directory, failure, exitCode } = await runCapacity(planned, {
      ...options,
      command: commandLine,
      signal: stop.signal,
      onPlan: (_, directory) => {
        notices.note(startLine(planned, directory));
        tracker = trackCapacity(planned, (progress) => {
          notices.experiment(progress);
          live?.experiment(progress);
        });
        terminal.onInterrupt((interruption) => {
          notices.note(
            `${interruption.by}: the step that is under way drains and is not counted; repeat to exit immediately`,
          );
          stop.abort(interruption);
        });
      },
      onStep(step) {
        if (!notices.isLive) notices.note(stepLine(step));
        tracker?.onStep(step);
      },
      onStepEnd(step, stand) {
        if (!notices.isLive) notices.note(endLine(step));
        tracker?.onStepEnd(step, stand);
      },
      ...((notices.isLive || live) && { onProgress: (progress) => tracker?.onProgress(progress) }),
      ...(live && { onLive: live.send }),
      onWarning: warnOnce(notices),
      onNote: (note) => notices.note(note),
    });
    tracker?.done();
    notices.close();
    if (format === 'text') writeApart(terminal);
    const look = { ...summaryLook(stdout, false), directory };
    stdout.write(`${format === 'json' ? JSON.stringify(result, null, 2) : renderCapacity(result, look)}\n`);
    if (failure !== undefined) notices.error(describeFailure(failure, false).lines);
    await live?.end(() => reportIn(directory));
    return exitCode;
  } finally {
    live?.close();
    notices.close();
  }
}

const TEXT_OPTIONS = ['hold', 'from', 'to', 'tolerance', 'repeat', 'settle', 'out'] as const;

function optionsOf(invocation: Invocation): CapacityOptions {
  const { values } = invocation;
  const given = TEXT_OPTIONS.map((name) => [name, textValue(values, name)] as const);
  return {
    slo: listValue(values, 'slo'),
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    shards: localShardsOf(invocation),
    ...(isSet(values, 'resume') && { resume: true }),
  };
}

function planOf(planned: PlannedCapacity): CapacityPlan {
  const { name, slo, settings, settleMs, target } = planned;
  const { from, to, tolerance, repeat, warmupMs } = settings;
  const known = [...new Set([from, to].filter((rate) => rate !== null))];
  const rates = known.length > 0 ? known : [1000];
  // From a quarter of what a probe reaches it takes about two doublings.
  const typical = stepsOf({ ...settings, from: from ?? 1 }, to ?? 4 * (from ?? 1));
  const longest = Math.max(...rates.map((rate) => lengthOf(planned, rate).sec));
  const stepSec = longest + (warmupMs + AROUND_RUN_MS) / MS_PER_SEC;
  return {
    ...{ name, slo: slo.map(({ text }) => text), from, to, tolerance, repeat, warmupMs },
    lengths: rates.map((rate) => ({ rate, ...lengthOf(planned, rate) })),
    steps: { typical, max: STEPS_MAX },
    typicalSec: Math.ceil(typical * stepSec),
    maxSec: Math.ceil(STEPS_MAX * stepSec),
    pausesMaxSec: target === 'kafka' ? Math.ceil((STEPS_MAX * settleMs) / MS_PER_SEC) : 0,
  };
}

function startLine({ name, slo }: PlannedCapacity, directory: string): string {
  const asked = slo.length === 0 ? 'every message acknowledged' : slo.map(({ text }) => text).join(', ');
  return `${name}: the highest rate with ${asked}, and no growing backlog; in ${directory}`;
}

function stepLine({ step, rate, phase, length }: StepNews): string {
  const { sec, samples, reason } = length;
  const why = reason === null ? '' : `, ${reason}`;
  const size = `${formatDuration(sec * NS_PER_SEC)}, ${countOf(samples, 'message')}${why}`;
  return `step ${step} ${rateText(rate)} (${phase}): ${size}`;
}

function endLine({ rate, outcome, reasons, figures }: CapacityStep): string {
  const p99 = figures['response_ms p(99)'];
  const latency = typeof p99 === 'number' ? `, p99 ${formatCount(p99, p99 < 10 ? 2 : p99 < 100 ? 1 : 0)} ms` : '';
  const why = reasons.length === 0 ? '' : `: ${reasons[0]}`;
  return `  ${rateText(rate)} ${outcome}${latency}${why}`;
}

/** Each step plans another rate: the same warning with another number is not news. */
function warnOnce(notices: Notices): (warning: string) => void {
  const warned = new Set<string>();
  return (warning) => {
    const words = warning.replaceAll(/\d/g, '').replaceAll(/[,.]/g, '');
    if (!warned.has(words)) notices.warn(warning);
    warned.add(words);
  };
}
