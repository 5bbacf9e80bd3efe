/** Thresholds, totals and latency of a run, as its summary in the terminal has them. */
import { formatPercentile, formatPerSec } from '../../figures.ts';
import type { LatencySummary, Result, ThresholdOutcome } from '../../result/result.ts';
import { ackedWord, caveat, signed } from '../../result/run-words.ts';
import { formatBytes, formatCount } from '../../units.ts';
import { AllRows } from '../plot/all-rows.tsx';
import { Caveat, Count, Figures, LatencyCell } from '../plot/numbers.tsx';
import { ROWS_MAX, WORST_SHOWN } from './scenario-numbers.tsx';
import { marginWords, valueWords } from './threshold-words.ts';

export function Thresholds({ result }: { readonly result: Result }) {
  if (result.thresholds.length === 0) return <p id="thresholds">No thresholds.</p>;
  const all = breachedFirst(result.thresholds);
  const isMany = all.length > ROWS_MAX;
  return (
    <section id="thresholds">
      <h2>Thresholds</h2>
      <section class="wide-table" tabindex={0} aria-label="Thresholds">
        <table>
          <thead>
            <tr>
              <th scope="col">metric</th>
              <th scope="col">limit</th>
              <th scope="col">value</th>
              <th scope="col" class="left">
                outcome
              </th>
              <th scope="col" class="left">
                margin
              </th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, isMany ? WORST_SHOWN : undefined).map(([i, outcome]) => (
              <tr key={`${outcome.metric} ${outcome.expression}`}>
                <td>
                  <bdi>{outcome.metric}</bdi>
                </td>
                <td>{outcome.expression}</td>
                <td data-key={`thresholds.${i}.value`}>{valueWords(outcome)}</td>
                <td
                  class={`left ${outcome.ok === null ? '' : outcome.ok ? 'ok' : 'bad'}`}
                  data-key={`thresholds.${i}.ok`}
                >
                  {outcomeWord(outcome)}
                  <Caveat result={result} />
                </td>
                <td class="left">{marginWords(result, outcome)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {isMany && (
        <AllRows
          title={`All ${formatCount(all.length)} thresholds`}
          columns={['metric', 'limit', 'value', 'outcome', 'margin']}
          rows={all.map(([, outcome]) => [
            ...[outcome.metric, outcome.expression, valueWords(outcome)],
            ...[`${outcomeWord(outcome)}${caveat(result)}`, marginWords(result, outcome)],
          ])}
        />
      )}
    </section>
  );
}

function outcomeWord({ ok }: ThresholdOutcome): string {
  return ok === null ? 'not judged' : ok ? 'ok' : 'BREACH';
}

function breachedFirst(thresholds: Result['thresholds']) {
  const order = (ok: boolean | null) => (ok === false ? 0 : 1);
  return [...thresholds.entries()].toSorted(([, a], [, b]) => order(a.ok) - order(b.ok));
}

const [SCHEDULED, SENT] = [
  ['sent', 'shed', 'unsent'],
  ['acked', 'failed', 'unresolved'],
] as const;

/** The two accounting identities, as sums a reader can check. */
export function Totals({ result }: { readonly result: Result }) {
  const { totals, rate, warmup } = result;
  const sum = (names: readonly (keyof typeof totals & string)[]) =>
    names.map((name, i) => (
      <span key={name}>
        {i > 0 && ' + '}
        <Count at={`totals.${name}`} value={totals[name] ?? 0} /> {name}
      </span>
    ));
  return (
    <section id="totals">
      <h2>Messages</h2>
      <p>
        {sum(['scheduled'])} = {sum(SCHEDULED)}
        <Caveat result={result} />
      </p>
      <p>
        {sum(['sent'])} = {sum(SENT)}
        <Caveat result={result} />
      </p>
      <p>
        <Figures at="totals.payloadBytes">{formatBytes(totals.payloadBytes)}</Figures> payload
        {totals.wireBytes !== null && (
          <>
            , <Figures at="totals.wireBytes">{formatBytes(totals.wireBytes)}</Figures> on the wire
          </>
        )}
        <Caveat result={result} />
      </p>
      <p>
        <Figures at="rate.achievedPerSec">{formatPerSec(rate.achievedPerSec)}</Figures> {ackedWord(result)}
        {rate.targetPerSec !== null && (
          <>
            {' '}
            of <Figures at="rate.targetPerSec">{formatPerSec(rate.targetPerSec)}</Figures> planned (
            <Figures at="rate.errorPct">{signed(rate.errorPct ?? 0)}</Figures> %)
          </>
        )}
        <Caveat result={result} />
      </p>
      {warmup !== null && (
        <p>
          Warm-up: <Count at="warmup.totals.acked" value={warmup.totals.acked} /> acked,{' '}
          <Figures at="warmup.rate.achievedPerSec">{formatPerSec(warmup.rate.achievedPerSec)}</Figures>, response p99{' '}
          <Figures at="warmup.latency.response.p99">{formatPercentile(warmup.latency.response.p99)}</Figures> ms; in
          none of the other numbers
          <Caveat result={result} />
        </p>
      )}
    </section>
  );
}

const PERCENTILES = { p50: 'p50', p90: 'p90', p99: 'p99', p999: 'p99.9', p9999: 'p99.99', max: 'max' } as const;

const LATENCIES = {
  response: 'due → acknowledged',
  service: 'sent → acknowledged',
  scheduleLag: 'due → sent',
  endToEnd: 'due → consumed',
} as const;
const LATENCY_NAMES = { response: 'response', service: 'service', scheduleLag: 'schedule lag', endToEnd: 'end to end' };

export function Latencies({ result }: { readonly result: Result }) {
  const names = (Object.keys(LATENCIES) as (keyof typeof LATENCIES)[]).filter((name) => result.latency[name]);
  return (
    <section id="latency-table">
      <h2>Latency</h2>
      <section class="wide-table" tabindex={0} aria-label="Latency">
        <table>
          <thead>
            <tr>
              <th scope="col">ms</th>
              {Object.values(PERCENTILES).map((label) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
              <th scope="col">messages</th>
              <th scope="col" class="left">
                from, to
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <LatencyRow key={name} {...{ name, result }} summary={result.latency[name]!} />
            ))}
          </tbody>
        </table>
      </section>
      {result.latency.response.censored > 0 && (
        <p class="faint">
          &gt; marks a percentile among the{' '}
          <Count at="latency.response.censored" value={result.latency.response.censored} /> failed and unresolved
          messages, which count as slower than all others.
        </p>
      )}
    </section>
  );
}

interface LatencyRowProps {
  readonly name: keyof typeof LATENCIES;
  readonly summary: LatencySummary;
  readonly result: Result;
}

function LatencyRow({ name, summary, result }: LatencyRowProps) {
  return (
    <tr>
      <th scope="row">{LATENCY_NAMES[name]}</th>
      {(Object.keys(PERCENTILES) as (keyof typeof PERCENTILES)[]).map((key) => (
        <LatencyCell key={key} at={`latency.${name}.${key}`} value={summary[key]} />
      ))}
      <td data-key={`latency.${name}.count`}>{formatCount(summary.count)}</td>
      <td class="left">
        <span class="faint">{LATENCIES[name]}</span>
        <Caveat result={result} />
      </td>
    </tr>
  );
}
