/** Topics and clients of scenarios, as distributions: four rows each, so that a phone shows them whole. */
import { formatPercentile, formatPerSec } from '../../figures.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import type { Distribution } from '../../result/distribution.ts';
import type { Result } from '../../result/result.ts';
import { caveat } from '../../result/run-words.ts';
import { worstFirst } from '../../result/worst-scenarios.ts';
import { formatCount } from '../../units.ts';
import { AllRows } from '../plot/all-rows.tsx';
import { Caveat, Count } from '../plot/numbers.tsx';
import { NumberTable } from './number-table.tsx';

const EXTREMES = ['min', 'median', 'max'] as const;
/** More are a table to search, below those of the worst scenarios. */
const SHOWN_MAX = 6;

interface Named {
  readonly name: string;
  readonly members: 'topics' | 'clients';
  readonly distribution: Distribution;
}

export function Distributions({ result }: { readonly result: Result }) {
  const all = worstFirst(result.scenarios).flatMap(([name, scenario]) =>
    (['topics', 'clients'] as const).flatMap((members): Named[] => {
      const distribution = scenario[members];
      return distribution === undefined ? [] : [{ name, members, distribution }];
    }),
  );
  if (all.length === 0) return null;
  return (
    <section id="distributions">
      <h2>Topics and clients</h2>
      <NumberTable name="Topics and clients" columns={['of each', ...EXTREMES, 'the max is of']} hasGroups>
        {all.slice(0, SHOWN_MAX).map((named) => (
          <Rows key={`${named.name} ${named.members}`} {...{ named, result }} />
        ))}
      </NumberTable>
      <p class="faint">
        Response latency of each topic or client is kept in buckets at most 12.5 % wide: its p99 is the upper end of
        one.
      </p>
      {all.length > SHOWN_MAX && (
        <AllRows
          title={`All ${formatCount(all.length)} distributions`}
          columns={['scenario', 'of', 'count', 'idle', ...MEASURES.flatMap(columnsOf), 'the highest p99 is of']}
          rows={all.map((named) => rowOf(named, caveat(result)))}
        />
      )}
    </section>
  );
}

type Measure = 'acked' | 'achievedPerSec' | 'p99' | 'notAcked';

const MEASURES: readonly Measure[] = ['acked', 'achievedPerSec', 'p99', 'notAcked'];
const TITLES: Readonly<Record<Measure, string>> = {
  ...{ acked: 'acked', achievedPerSec: 'msg/s', p99: 'p99, ms', notAcked: 'not acked' },
};

function textOf(measure: Measure, value: Percentile): string {
  if (measure === 'p99' || typeof value !== 'number') return formatPercentile(value);
  return measure === 'achievedPerSec' ? formatPerSec(value).replace('/s', '') : formatCount(value);
}

function Rows({ named: { name, members, distribution }, result }: { readonly named: Named; readonly result: Result }) {
  const at = `scenarios.${name}.${members}`;
  const { count, idle } = distribution;
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colspan={2 + EXTREMES.length}>
          <bdi>{name}</bdi>, <Count at={`${at}.count`} value={count} /> {count === 1 ? members.slice(0, -1) : members},{' '}
          <Count at={`${at}.idle`} value={idle} /> without a message
          <Caveat result={result} />
        </th>
      </tr>
      {MEASURES.map((measure) => {
        const spread = distribution[measure];
        return (
          <tr key={measure}>
            <td>{TITLES[measure]}</td>
            {EXTREMES.map((key) => (
              <td key={key} data-key={spread === null ? `${at}.${measure}` : `${at}.${measure}.${key}`}>
                {spread === null ? '–' : textOf(measure, spread[key])}
              </td>
            ))}
            <td class="left">
              {/* One of those that are all alike says nothing. */}
              <bdi>{spread === null || spread.min === spread.max ? '–' : spread.maxOf}</bdi>
            </td>
          </tr>
        );
      })}
    </tbody>
  );
}

function columnsOf(measure: Measure): string[] {
  return EXTREMES.map((key) => `${key} ${TITLES[measure]}`);
}

function rowOf({ name, members, distribution }: Named, caveatText: string): (string | null)[] {
  const { count, idle, p99 } = distribution;
  const numbers = MEASURES.flatMap((measure) => {
    const spread = distribution[measure];
    return EXTREMES.map((key) => (spread === null ? null : textOf(measure, spread[key])));
  });
  return [`${name}${caveatText}`, members, formatCount(count), formatCount(idle), ...numbers, p99?.maxOf ?? null];
}
