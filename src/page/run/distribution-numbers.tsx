/** Topics and clients of scenarios, as distributions. */
import { formatPerSec } from '../../figures.ts';
import type { Result } from '../../result/result.ts';
import { formatCount } from '../../units.ts';
import { Caveat, LatencyCell } from '../plot/numbers.tsx';
import { NumberTable } from './number-table.tsx';

const EXTREMES = ['min', 'median', 'max'] as const;
const COLUMNS = [
  ...['scenario', 'of', 'count', 'without a message'],
  ...EXTREMES.map((name) => `${name} acked`),
  ...EXTREMES.map((name) => `${name} msg/s`),
  ...EXTREMES.map((name) => `${name} p99, ms`),
  ...['highest p99', 'max not acked'],
];

export function Distributions({ result }: { readonly result: Result }) {
  const rows = Object.entries(result.scenarios).flatMap(([name, scenario]) =>
    (['topics', 'clients'] as const).flatMap((members) => {
      const distribution = scenario[members];
      return distribution === undefined ? [] : [{ name, members, distribution }];
    }),
  );
  if (rows.length === 0) return null;
  return (
    <section id="distributions">
      <h2>Topics and clients</h2>
      <NumberTable name="Topics and clients" columns={COLUMNS}>
        {rows.map(({ name, members, distribution: { count, idle, acked, notAcked, achievedPerSec, p99 } }) => {
          const at = `scenarios.${name}.${members}`;
          return (
            <tr key={at}>
              <th scope="row" class="text">
                <bdi>{name}</bdi>
                <Caveat result={result} />
              </th>
              <td class="text">{members}</td>
              <td data-key={`${at}.count`}>{formatCount(count)}</td>
              <td data-key={`${at}.idle`}>{formatCount(idle)}</td>
              {EXTREMES.map((key) => (
                <td key={key} data-key={`${at}.acked.${key}`}>
                  {formatCount(acked[key])}
                </td>
              ))}
              {EXTREMES.map((key) => (
                <td key={key} data-key={`${at}.achievedPerSec.${key}`}>
                  {formatPerSec(achievedPerSec[key]).replace('/s', '')}
                </td>
              ))}
              {EXTREMES.map((key) => (
                <LatencyCell
                  key={key}
                  at={p99 === null ? `${at}.p99` : `${at}.p99.${key}`}
                  value={p99?.[key] ?? null}
                />
              ))}
              <td class="text">
                <bdi>{p99 === null ? '–' : p99.maxOf}</bdi>
              </td>
              <td data-key={`${at}.notAcked.max`}>{formatCount(notAcked.max)}</td>
            </tr>
          );
        })}
      </NumberTable>
      <p class="faint">
        Response latency of each topic or client is kept in buckets at most 12.5 % wide: its p99 is the upper end of
        one.
      </p>
    </section>
  );
}
