/** The page of a run: what its numbers are worth, then the numbers, then the pictures, then where it all comes from. */

import { isReadOnly } from '../result/reading-words.ts';
import type { Result } from '../result/result.ts';
import { adviceFor, caveat, describeNotes, describeRun, failedWord, verdictWord } from '../result/run-words.ts';
import { Distributions } from './run/distribution-numbers.tsx';
import { Events, Outages, Transactions } from './run/event-numbers.tsx';
import { Consumers } from './run/reading-numbers.tsx';
import { RunCharts } from './run/run-charts.tsx';
import { Latencies, Thresholds, Totals } from './run/run-numbers.tsx';
import { Errors, LedgerInShort, Origin } from './run/run-origin.tsx';
import type { RunView } from './run/run-view.ts';
import { Scenarios } from './run/scenario-numbers.tsx';
import { Shards } from './run/shards.tsx';
import { Verification } from './run/verification-numbers.tsx';

export interface RunPageProps {
  readonly result: Result;
  readonly view: RunView;
  /** Of the message database, if there is one. */
  readonly databaseLines: readonly string[];
  /** The resolved profile, secrets masked; null where it is not known. */
  readonly profileYaml: string | null;
}

export function RunPage({ result, view, databaseLines, profileYaml }: RunPageProps) {
  return (
    <>
      <header>
        <h1>
          <bdi>{result.run.profile}</bdi>
        </h1>
        <p class="faint">
          {describeRun(result)}, started <time>{result.run.startedAt}</time>
        </p>
      </header>
      <VerdictBox result={result} />
      <Verification result={result} />
      <Thresholds result={result} />
      {!isReadOnly(result) && (
        <>
          <Totals result={result} />
          <Latencies result={result} />
        </>
      )}
      <Consumers result={result} />
      <Distributions result={result} />
      <Transactions result={result} />
      <section id="charts">
        <h2>Charts{caveat(result)}</h2>
        <RunCharts view={view} />
      </section>
      <Scenarios result={result} />
      <Shards result={result} view={view} />
      <Outages result={result} />
      <Events result={result} />
      {databaseLines.length > 0 && (
        <section id="database">
          <h2>Message database</h2>
          {databaseLines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </section>
      )}
      <Errors result={result} />
      <LedgerInShort result={result} />
      <Origin result={result} profileYaml={profileYaml} />
    </>
  );
}

const LOOKS: Readonly<Record<Result['verdict']['status'], string>> = {
  VALID: 'ok',
  BROKER_LIMITED: 'warn',
  GENERATOR_LIMITED: 'bad',
  INCOMPLETE: 'bad',
};

/** What the word means for a reader. */
const MEANINGS: Readonly<Record<Result['verdict']['status'], string>> = {
  VALID: 'the numbers describe the broker',
  BROKER_LIMITED: 'the load was offered, and the broker was slower',
  GENERATOR_LIMITED: 'the numbers describe this machine, not the broker',
  INCOMPLETE: 'the planned load was not completed; the numbers describe a part of it',
};

function VerdictBox({ result }: { readonly result: Result }) {
  const { verdict } = result;
  const notes = describeNotes(result);
  return (
    <section id="verdict" class={`verdict ${LOOKS[verdict.status]}`} aria-label="Verdict">
      <p>
        <span class="word" data-key="verdict.status">
          {verdictWord(verdict)}
        </span>
        {failedWord(result)}: {MEANINGS[verdict.status]}.
      </p>
      <ul>
        {verdict.reasons.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
      {notes.length > 0 && (
        <>
          <p>Notes</p>
          <ul>
            {notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </>
      )}
      <p>Next: {adviceFor(result)}.</p>
    </section>
  );
}
