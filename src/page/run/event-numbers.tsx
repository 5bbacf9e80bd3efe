/** Transactions of a run, and what happened to it: outages with their recovery, pauses and faults. */
import { transactionErrorWords } from '../../result/reading-words.ts';
import type { Result } from '../../result/result.ts';
import { formatCount } from '../../units.ts';
import { Sentences } from '../page-parts.tsx';
import { LatencyCell } from '../plot/numbers.tsx';
import { NumberTable } from './number-table.tsx';

const COUNTS = {
  producers: 'producers',
  committed: 'committed',
  aborted: 'aborted',
  forced: 'of these forced',
  undecided: 'undecided',
  committedMessages: 'messages committed',
  abortedMessages: 'aborted, messages',
  undecidedMessages: 'undecided, messages',
} as const;
const COMMIT = { p50: 'p50', p99: 'p99', p999: 'p99.9', max: 'max' } as const;

export function Transactions({ result }: { readonly result: Result }) {
  const all = Object.entries(result.scenarios).filter(([, { transactions }]) => transactions !== undefined);
  if (all.length === 0) return null;
  return (
    <section id="transactions">
      <h2>Transactions</h2>
      <NumberTable
        name="Transactions"
        columns={['scenario', ...Object.values(COUNTS), ...Object.values(COMMIT).map((name) => `commit ${name}, ms`)]}
      >
        {all.map(([name, { transactions }]) => (
          <tr key={name}>
            <th scope="row" class="text">
              <bdi>{name}</bdi>
            </th>
            {(Object.keys(COUNTS) as (keyof typeof COUNTS)[]).map((key) => (
              <td key={key} data-key={`scenarios.${name}.transactions.${key}`}>
                {formatCount(transactions![key])}
              </td>
            ))}
            {(Object.keys(COMMIT) as (keyof typeof COMMIT)[]).map((key) => (
              <LatencyCell
                key={key}
                at={`scenarios.${name}.transactions.commitLatency.${key}`}
                value={transactions!.commitLatency[key]}
              />
            ))}
          </tr>
        ))}
      </NumberTable>
      <p class="faint">
        Commit latency: from the call of commit to its confirmation, when the messages were acknowledged already.
        Messages of aborted transactions are acknowledged too: they are in the log, and no read_committed reader sees
        them. Forced: an error left no choice.
      </p>
      <Sentences
        texts={all.flatMap(([name, { transactions }]) =>
          transactions!.errors.map((error) => `${name}: ${transactionErrorWords(error)}`),
        )}
      />
    </section>
  );
}

export function Outages({ result }: { readonly result: Result }) {
  const outages = result.outages ?? [];
  if (outages.length === 0) return null;
  const seconds = (value: number | null | undefined) => (value == null ? '–' : formatCount(value, 2));
  return (
    <section id="outages">
      <h2>Outages</h2>
      <NumberTable
        name="Outages"
        columns={[
          'from, s',
          'to, s',
          'partitions',
          'peak backlog, messages',
          'backlog drained after, s',
          'p99 back after, s',
        ]}
      >
        {outages.map(({ from, to, partial, peakBacklog, drainSeconds, p99RecoverySeconds }, i) => (
          <tr key={from}>
            <td data-key={`outages.${i}.from`}>{seconds(from)}</td>
            <td data-key={`outages.${i}.to`}>{seconds(to)}</td>
            <td>{partial === true ? 'some' : 'all'}</td>
            <td {...(peakBacklog !== undefined && { 'data-key': `outages.${i}.peakBacklog` })}>
              {peakBacklog === undefined ? '–' : formatCount(peakBacklog)}
            </td>
            <td {...(drainSeconds !== undefined && { 'data-key': `outages.${i}.drainSeconds` })}>
              {seconds(drainSeconds)}
            </td>
            <td {...(p99RecoverySeconds !== undefined && { 'data-key': `outages.${i}.p99RecoverySeconds` })}>
              {seconds(p99RecoverySeconds)}
            </td>
          </tr>
        ))}
      </NumberTable>
      <p class="faint">
        More than a second without an acknowledgement while messages were in flight, from all partitions, or from some
        of them for all or part of that time. Backlog: due and not acknowledged. – where the run ended before.
      </p>
    </section>
  );
}

/** Pauses and faults, which have a length; a stop and lost workers are marked in the charts and told by the verdict. */
export function Events({ result }: { readonly result: Result }) {
  const events = (result.events ?? []).filter(({ kind }) => kind === 'pause' || kind === 'fault');
  if (events.length === 0) return null;
  return (
    <section id="events">
      <h2>Events</h2>
      <NumberTable name="Events" columns={['from, s', 'to, s', 'kind', 'what']}>
        {events.map(({ at, until, kind, text }) => (
          <tr key={`${at} ${text}`}>
            <td>{formatCount(at, 1)}</td>
            <td>{until === undefined ? '–' : formatCount(until, 1)}</td>
            <td class="left">{kind}</td>
            <td class="text">
              <bdi>{text}</bdi>
            </td>
          </tr>
        ))}
      </NumberTable>
    </section>
  );
}
