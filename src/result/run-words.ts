/** A run in words: what summary and report say alike. */

import { nameList } from '../name-list.ts';
import { countOf, formatCount } from '../units.ts';
import { faultWord, isReadOnly } from './reading-words.ts';
import type { Result, Verdict } from './result.ts';
import { FULL_OF_UNSENT } from './verdict-reasons.ts';

export function verdictWord({ status, limitedBy }: Verdict): string {
  return limitedBy === undefined ? status : `${status}, limited by ${LIMITED_BY[limitedBy]}`;
}

/** Beside the verdict: whatever it is, these are not in the topic, or not as they should be. */
export function failedWord(result: Result): string {
  const { totals } = result;
  const { failed, unresolved, sent } = totals;
  const words = Object.entries({ failed, unresolved })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `, ${formatCount(count)} of ${formatCount(sent)} ${name}`)
    .join('');
  return words + faultWord(result);
}

const LIMITED_BY = { loop: 'our loop', 'client-thread': 'a client thread', broker: 'the broker' } as const;

/** Stands beside every number of a run whose numbers are not about the broker. */
export function caveat({ verdict }: Result): string {
  if (verdict.status === 'GENERATOR_LIMITED') return ' (generator-limited)';
  return verdict.status === 'INCOMPLETE' ? ' (incomplete)' : '';
}

export function describeRun(result: Result): string {
  const { run, phases, client } = result;
  const target = run.target === 'embedded' ? 'the embedded cluster' : run.target === 'null' ? 'no broker' : run.target;
  const members = Object.values(result.consumers ?? {}).reduce((sum, group) => sum + group.members, 0);
  const who = isReadOnly(result) ? countOf(members, 'member') : countOf(client.workers, 'worker');
  return `${run.profile} on ${target}, ${formatCount(phases.load, 1)} s, ${who}`;
}

export function ackedWord({ run }: Result): string {
  return run.acks === '0' ? 'transmitted (acks=0)' : 'acknowledged';
}

export function signed(value: number): string {
  const text = value.toFixed(2);
  if (Number(text) === 0) return '0.00';
  return value > 0 ? `+${text}` : text;
}

/** Of a small run start-up would be most of it. */
export function cpuPerMillionWord({ client: { cpuSecondsPerMillion }, totals }: Result): string {
  const hasEnough = cpuSecondsPerMillion !== null && totals.acked >= CPU_ACKED_MIN;
  return hasEnough ? ` (${formatCount(cpuSecondsPerMillion, 2)} s a million)` : '';
}

const CPU_ACKED_MIN = 100_000;

/** What changes the meaning of the numbers comes first, a line each. */
export function describeNotes({ run, scenarios }: Result): string[] {
  const notes: string[] = [];
  if (run.target === 'embedded') {
    notes.push("embedded cluster: librdkafka's mock broker, not a durable one");
  }
  if (run.target === 'null') notes.push('null transport: no broker at all, latencies are configured, not measured');
  if (run.acks === '0') notes.push('acks=0: "acked" means transmitted; whether the broker has it is not known');
  const closed = Object.entries(scenarios).filter(([, { model }]) => model === 'closed');
  if (closed.length > 0) {
    const which = closed.length === Object.keys(scenarios).length ? '' : ` (${nameList(closed.map(([name]) => name))})`;
    notes.push(`closed loop${which}: intended = sent, so response = service and schedule lag is 0`);
  }
  return [...notes, ...run.notes];
}

export function adviceFor(result: Result): string {
  const { verdict, totals, warmup, errors } = result;
  const { status, limitedBy } = verdict;
  if (faultWord(result) !== '') return 'the log is not as it should be: find the cause, and run it again';
  if (
    isReadOnly(result) &&
    Object.values(result.consumers!).every(({ consumed, lag }) => consumed === 0 && lag.atEnd === 0)
  )
    return EMPTY;
  // Without a limit the groups were paced.
  if (isReadOnly(result) && status === 'VALID')
    return limitedBy === undefined
      ? 'raise `rate`, or leave it out to read as fast as possible'
      : 'raise `members` to find the limit, or set `rate` to read at a pace';
  const phases = [totals, ...(warmup === null ? [] : [warmup.totals])];
  const hasFailures = phases.some(({ failed, unresolved }) => failed + unresolved > 0);
  // Neither more load nor the same again is worth a run while messages fail.
  const isConclusive = status === 'VALID' || (status === 'INCOMPLETE' && totals.failed + errors.length > 0);
  if (hasFailures && (totals.acked === 0 || isConclusive)) {
    return 'messages failed: see Errors, find the cause and run it again';
  }
  return status === 'GENERATOR_LIMITED' ? generatorAdvice(result) : ADVICE[limitedBy ?? status];
}

/** Only what this run does not have yet. */
function generatorAdvice({ run, verdict, scenarios, payload, client, environment, shards }: Result): string {
  const hasClients = Object.values(scenarios).some(({ clients }) => (clients?.count ?? 0) > client.workers);
  // Shards may be on machines of their own.
  const hasRoom = shards !== undefined || client.workers < environment.cpus;
  const isFresh = Object.values(payload).some(({ mode }) => mode === 'fresh');
  const all = [
    hasClients && 'fewer clients',
    hasClients && !verdict.reasons.includes(FULL_OF_UNSENT) && 'a higher linger.ms',
    hasRoom ? 'a quieter machine' : 'a quieter or larger machine',
    hasRoom && 'more --workers',
    isFresh && 'payload mode pooled',
    run.compression !== undefined && 'lighter compression',
  ].filter((each) => each !== false);
  return `${all.join(', ')}, or a lower --rate`;
}

const EMPTY =
  'the topics hold no records from where the groups began: send some first, name other topics, or set `from: earliest`';

const ADVICE: Readonly<
  Record<Exclude<Verdict['status'], 'GENERATOR_LIMITED'> | NonNullable<Verdict['limitedBy']>, string>
> = {
  VALID: 'raise --rate to find the limit, or measure it with --burst',
  BROKER_LIMITED:
    'the wait is in response and schedule lag: lower --rate to what the broker sustains, or tune the broker',
  INCOMPLETE: 'the planned load was not completed: see the reasons, then run it again',
  loop: 'add --workers: our loop was the limit, not the broker',
  'client-thread': 'add --workers (each has client threads of its own) or use lighter compression',
  broker: 'raise inFlight to see whether the broker takes more; --rate N gives response times at a load of your choice',
};
