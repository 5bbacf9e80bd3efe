/** What consumer groups read. */
import { formatMs, formatPerSec } from '../../figures.ts';
import type { ConsumerResult } from '../../result/reading-result.ts';
import type { Result } from '../../result/result.ts';
import { formatBytes, formatCount } from '../../units.ts';
import { Sentences } from '../page-parts.tsx';
import { Caveat, LatencyCell } from '../plot/numbers.tsx';
import { NumberTable } from './number-table.tsx';

const PERCENTILES = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', p9999: 'p99.99', max: 'max' } as const;

export function Consumers({ result }: { readonly result: Result }) {
  const groups = Object.entries(result.consumers ?? {});
  if (groups.length === 0) return null;
  return (
    <section id="consumers">
      <h2>Consumers</h2>
      <NumberTable
        name="Consumers"
        columns={[
          'group',
          'members',
          'consumed',
          'bytes',
          'rate',
          'lag, max',
          'at second',
          'lag, end',
          'rebalances',
          'foreign',
        ]}
      >
        {groups.map(([name, group]) => (
          <GroupRow key={name} {...{ name, group, result }} />
        ))}
      </NumberTable>
      <EndToEnd groups={groups} result={result} />
      <Drains groups={groups} />
    </section>
  );
}

interface GroupRowProps {
  readonly name: string;
  readonly group: ConsumerResult;
  readonly result: Result;
}

function GroupRow({ name, group, result }: GroupRowProps) {
  const at = `consumers.${name}`;
  const { members, consumed, bytes, rate, lag, rebalances, foreign } = group;
  return (
    <tr>
      <th scope="row" class="text">
        <bdi>{name}</bdi>
        <Caveat result={result} />
      </th>
      <td data-key={`${at}.members`}>{formatCount(members)}</td>
      <td data-key={`${at}.consumed`}>{formatCount(consumed)}</td>
      <td data-key={`${at}.bytes`}>{formatBytes(bytes)}</td>
      <td data-key={`${at}.rate`}>{formatPerSec(rate)}</td>
      {(['max', 'maxAtSecond', 'atEnd'] as const).map((each) => (
        <td key={each} data-key={`${at}.lag.${each}`}>
          {numberOr(lag[each])}
        </td>
      ))}
      <td data-key={`${at}.rebalances`}>{formatCount(rebalances)}</td>
      <td data-key={`${at}.foreign`}>{formatCount(foreign)}</td>
    </tr>
  );
}

type Groups = readonly (readonly [string, ConsumerResult])[];

function EndToEnd({ groups, result }: { readonly groups: Groups; readonly result: Result }) {
  const dated = groups.filter(([, { endToEnd }]) => endToEnd !== null);
  if (dated.length === 0) return <p class="faint">End-to-end latency is not known: no record could be dated.</p>;
  return (
    <>
      <NumberTable
        name="End-to-end latency"
        columns={[
          'end to end, ms',
          ...Object.values(PERCENTILES),
          'messages',
          'below 0',
          'lowest, ms',
          'clocks differ by',
        ]}
      >
        {dated.map(([name, { endToEnd, negative, clock }]) => (
          <tr key={name}>
            <th scope="row" class="text">
              <bdi>{name}</bdi>
              <Caveat result={result} />
            </th>
            {(Object.keys(PERCENTILES) as (keyof typeof PERCENTILES)[]).map((key) => (
              <LatencyCell key={key} at={`consumers.${name}.endToEnd.${key}`} value={endToEnd![key]} />
            ))}
            <td data-key={`consumers.${name}.endToEnd.count`}>{formatCount(endToEnd!.count)}</td>
            <td data-key={`consumers.${name}.negative.count`} class={negative.count > 0 ? 'warn' : undefined}>
              {formatCount(negative.count)}
            </td>
            <td>{negative.minUs === null ? '–' : formatMs(negative.minUs)}</td>
            <td>{clockWords(clock.offsetMaxUs)}</td>
          </tr>
        ))}
      </NumberTable>
      <p class="faint">Due → consumed, of the load phase. Values below 0 are counted as 0.</p>
      <Sentences texts={dated.map(([name, { clock }]) => `${name}: ${clock.note}`)} />
    </>
  );
}

function Drains({ groups }: { readonly groups: Groups }) {
  const paused = groups.filter(([, { drain }]) => drain !== undefined);
  if (paused.length === 0) return null;
  const p99s = ['before', 'paused', 'draining'] as const;
  const columns = ['paused at, s', 'read again, s', 'peak lag', 'drained in, s', 'at rate'];
  return (
    <NumberTable
      name="Pause and drain"
      columns={['pause and drain', ...columns, ...p99s.map((each) => `producers' p99 ${each}, ms`)]}
    >
      {paused.map(([name, { drain }]) => {
        const { pausedFrom, fromSecond, peakLag, seconds, rate, producersP99 } = drain!;
        const at = `consumers.${name}.drain`;
        return (
          <tr key={name}>
            <th scope="row" class="text">
              <bdi>{name}</bdi>
            </th>
            {Object.entries({ pausedFrom, fromSecond, peakLag, seconds }).map(([key, value]) => (
              <td key={key} data-key={`${at}.${key}`}>
                {numberOr(value)}
              </td>
            ))}
            <td data-key={`${at}.rate`}>{formatPerSec(rate)}</td>
            {p99s.map((each) => (
              <LatencyCell key={each} at={`${at}.producersP99.${each}`} value={producersP99[each]} />
            ))}
          </tr>
        );
      })}
    </NumberTable>
  );
}

function clockWords(offsetMaxUs: number | null): string {
  if (offsetMaxUs === null) return 'not known';
  return offsetMaxUs === 0 ? 'one clock' : `≤ ${formatMs(offsetMaxUs)} ms`;
}

function numberOr(value: number | null): string {
  return value === null ? '–' : formatCount(value, 2);
}
