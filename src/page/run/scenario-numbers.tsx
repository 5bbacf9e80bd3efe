/** The scenarios of a run: all of a few, of many the worst and a table to search. */
import { formatPercentile, formatPerSec } from '../../figures.ts';
import type { Result, ScenarioResult } from '../../result/result.ts';
import { caveat } from '../../result/run-words.ts';
import { worstFirst } from '../../result/worst-scenarios.ts';
import { formatCount } from '../../units.ts';
import { AllRows } from '../plot/all-rows.tsx';
import { Caveat, LatencyCell } from '../plot/numbers.tsx';
import { NumberTable } from './number-table.tsx';

/** More are not read. */
export const ROWS_MAX = 20;
/** Of more than those. */
export const WORST_SHOWN = 10;

const COLUMNS = [
  ...['scenario', 'model', 'scheduled', 'acked', 'failed', 'unresolved'],
  ...['achieved, msg/s', 'planned, msg/s', 'p50, ms', 'p99, ms', 'max, ms'],
];

/** Only where there are several: with one it would say everything twice. */
export function Scenarios({ result }: { readonly result: Result }) {
  const scenarios = Object.entries(result.scenarios);
  if (scenarios.length < 2) return null;
  const isMany = scenarios.length > ROWS_MAX;
  const worst = isMany ? worstFirst(result.scenarios) : scenarios;
  return (
    <section id="scenarios">
      <h2>Scenarios</h2>
      {isMany && (
        <p>
          The {WORST_SHOWN} worst of {formatCount(scenarios.length)}: the largest share of messages that were not
          acknowledged first, then the highest p99.
        </p>
      )}
      <NumberTable name="Scenarios" columns={COLUMNS} isSortable>
        {worst.slice(0, isMany ? WORST_SHOWN : undefined).map(([name, scenario]) => (
          <ScenarioRow key={name} {...{ name, scenario, result }} />
        ))}
      </NumberTable>
      {isMany && (
        <AllRows
          title={`All ${formatCount(scenarios.length)} scenarios`}
          columns={COLUMNS}
          rows={worst.map(([name, scenario]) => [
            `${name}${caveat(result)}`,
            scenario.model,
            ...countsOf(scenario).map(([, count]) => formatCount(count)),
            ...ratesOf(scenario).map(([, text]) => text),
            ...percentilesOf(scenario).map(([, value]) => formatPercentile(value)),
          ])}
        />
      )}
    </section>
  );
}

interface ScenarioRowProps {
  readonly name: string;
  readonly scenario: ScenarioResult;
  readonly result: Result;
}

function ScenarioRow({ name, scenario, result }: ScenarioRowProps) {
  const at = `scenarios.${name}`;
  return (
    <tr>
      <th scope="row" class="text">
        <bdi>{name}</bdi>
        <Caveat result={result} />
      </th>
      <td>{scenario.model}</td>
      {countsOf(scenario).map(([key, count]) => (
        <td key={key} data-key={`${at}.totals.${key}`}>
          {formatCount(count)}
        </td>
      ))}
      {ratesOf(scenario).map(([key, text]) => (
        <td key={key} data-key={`${at}.rate.${key}`}>
          {text}
        </td>
      ))}
      {percentilesOf(scenario).map(([key, value]) => (
        <LatencyCell key={key} at={`${at}.latency.response.${key}`} value={value} />
      ))}
    </tr>
  );
}

function countsOf({ totals: { scheduled, acked, failed, unresolved } }: ScenarioResult) {
  return Object.entries({ scheduled, acked, failed, unresolved });
}

function ratesOf({ rate: { achievedPerSec, targetPerSec } }: ScenarioResult) {
  return Object.entries({ achievedPerSec, targetPerSec }).map(
    ([key, perSec]) => [key, perSec === null ? '–' : formatPerSec(perSec).replace('/s', '')] as const,
  );
}

function percentilesOf({ latency: { response } }: ScenarioResult) {
  const { p50, p99, max } = response;
  return Object.entries({ p50, p99, max });
}
