/** What all that was read, compared with what was sent, shows of each scenario. */
import { foldScenarios } from '../../fold-scenarios.ts';
import type { GroupVerification, VerificationResult } from '../../result/reading-result.ts';
import {
  exampleAt,
  VERIFIED_COUNTS,
  verificationWords,
  worstVerifiedFirst,
  wrongCount,
} from '../../result/reading-words.ts';
import type { Result } from '../../result/result.ts';
import { countOf, formatCount } from '../../units.ts';
import { Sentences } from '../page-parts.tsx';
import { AllRows } from '../plot/all-rows.tsx';
import { NumberTable } from './number-table.tsx';
import { ROWS_MAX, WORST_SHOWN } from './scenario-numbers.tsx';

const VERIFIED = {
  expected: 'expected',
  consumed: 'in the log',
  lost: 'lost',
  duplicated: 'duplicated',
  outOfOrder: 'out of order',
  corrupted: 'corrupted',
  foreign: 'foreign',
  notAckedInLog: 'not acked, in the log',
  abortedInLog: 'aborted, in the log',
} as const;

const VERIFIED_KEYS = Object.keys(VERIFIED) as (keyof typeof VERIFIED)[];
/** Of all scenarios together. */
const EXAMPLES_MAX = 30;

export function Verification({ result }: { readonly result: Result }) {
  const words = verificationWords(result);
  if (words === null) return null;
  const isMany = Object.keys(result.verification!).length > ROWS_MAX;
  const all = isMany ? worstVerifiedFirst(result.verification!) : Object.entries(result.verification!);
  const notes = all.flatMap(([name, each]) => each.notes.map((note) => `${name}: ${note}`));
  return (
    <section id="verification">
      <h2>Verification</h2>
      <p class={`headline ${words.look}`}>{words.headline}.</p>
      {words.rest !== '' && <p>{words.rest.charAt(0).toUpperCase() + words.rest.slice(1)}.</p>}
      <NumberTable name="Verification" columns={['scenario', ...Object.values(VERIFIED)]}>
        {all
          .slice(0, isMany ? WORST_SHOWN : undefined)
          .flatMap(([name, each]) => [
            <VerifiedRow key={name} name={name} at={name} each={each} />,
            ...Object.entries(each.groups ?? {}).map(([group, own]) => (
              <VerifiedRow
                key={`${name} ${group}`}
                name={`${name}, ${group}`}
                at={`${name}.groups.${group}`}
                each={own}
              />
            )),
          ])}
      </NumberTable>
      <p class="faint">
        Expected: acknowledged messages that must be in the log. Foreign: records without a mark of this run. Not acked:
        failed or unresolved messages that are in the log after all, which is allowed. Where several groups verify a
        scenario, its counts are the highest of any of them, and each group has a row.
      </p>
      {isMany && (
        <AllRows
          title={`All ${formatCount(all.length)} verified scenarios`}
          columns={['scenario', ...Object.values(VERIFIED)]}
          rows={all.map(([name, each]) => [
            each.refused === undefined ? name : `${name}: not verified: ${each.refused}`,
            ...VERIFIED_KEYS.map((count) => (each.refused === undefined ? formatCount(each[count]) : null)),
          ])}
        />
      )}
      <Sentences texts={foldScenarios(notes, Object.keys(result.verification!))} />
      <Examples all={all} />
    </section>
  );
}

interface VerifiedRowProps {
  readonly name: string;
  /** Its key in `verification`. */
  readonly at: string;
  readonly each: GroupVerification;
}

function VerifiedRow({ name, at, each }: VerifiedRowProps) {
  return (
    <tr>
      <th scope="row" class="text">
        <bdi>{name}</bdi>
      </th>
      {each.refused === undefined ? (
        VERIFIED_KEYS.map((count) => (
          <td
            key={count}
            data-key={`verification.${at}.${count}`}
            class={mustBeZero(count) ? (wrongCount(each, count) > 0 ? 'bad' : 'ok') : undefined}
          >
            {formatCount(each[count])}
          </td>
        ))
      ) : (
        <td class="text warn" colspan={VERIFIED_KEYS.length}>
          not verified: {each.refused}
        </td>
      )}
    </tr>
  );
}

/** The other counts are facts. */
function mustBeZero(count: keyof typeof VERIFIED): count is keyof typeof VERIFIED_COUNTS {
  return Object.hasOwn(VERIFIED_COUNTS, count);
}

const KINDS: Readonly<Record<string, string>> = { outOfOrder: 'out of order' };

function Examples({ all }: { readonly all: readonly (readonly [string, VerificationResult])[] }) {
  const rows = all.flatMap(([name, { examples }]) => examples.map((example) => ({ name, example })));
  const more = rows.length - EXAMPLES_MAX;
  if (rows.length === 0) return null;
  return (
    <details open class="examples">
      <summary>First examples</summary>
      <section class="wide-table" tabindex={0} aria-label="Examples">
        <table>
          <thead>
            <tr>
              {['scenario', 'what', 'where', 'found'].map((title) => (
                <th key={title} scope="col" class="left">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, EXAMPLES_MAX).map(({ name, example }, i) => (
              <tr key={i}>
                <td>
                  <bdi>{name}</bdi>
                </td>
                <td class="left">{KINDS[example.kind] ?? example.kind}</td>
                <td class="left">
                  <bdi>{exampleAt(example)}</bdi>
                </td>
                <td class="text">
                  <bdi>{example.text}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {more > 0 && <p class="faint">{countOf(more, 'more example')} in result.json</p>}
    </details>
  );
}
