/** Phrases and names that the project does not use, each with the one that it does: see docs/glossary.md. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryFiles } from './repository-files.ts';

const PLACES = /^(src|workers|scripts|bench|docs|profiles|deploy)\/|^(README|CONTRIBUTING|SECURITY)\.md$/;
const TEXT = /\.(tsx?|js|mjs|md|ya?ml|json|sh)$|Dockerfile$|Makefile$/;

const BANNED: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\bunless told\b/i, 'by default'],
  [/\b(is|are|be) told\b/i, 'is reported, is printed'],
  [/\btold (once|apart)\b/i, 'reported once, distinguished'],
  [/\bsays? so\b/i, 'reports, prints, warns'],
  [/(?<!\bthere )\b(is|are) no (?!longer\b|more\b|key by\b)[a-z]/i, 'is not a'],
  [/\bcannot be had\b/, 'is not available'],
  [/\bstraight after\b/, 'immediately after, on'],
  [/\bsince then\b/i, 'later, previously'],
  [/\bat the (most|least)\b/, 'at most, at least; min and max in names'],
  [/\bleast – most\b/, 'min – max'],
  [/\bin truth\b/, '(leave it out)'],
  [/\bown words\b/, 'message, text'],
  [/\bonce more ends\b/, 'repeat to exit immediately'],
  [/\b[Hh]and(s|ed)? over\b|\b[Hh]and-over\b|\bhandOver|\bhandedNs\b/, 'send, sent, sentNs'],
  [/\backs seen\b/, 'ack timestamp error'],
  [/(?<![`'.])\bmess\b(?!:)|\bmessy\b/, 'anomalies; `mess` is the former key'],
  [/\b(describeMess|messSchema|MessSpec|tidy)\b/, 'describeAnomalies, anomaliesSchema, AnomaliesSpec, clean'],
  [/\bfates?\b/i, 'delivery outcome; AnomalyKind of a record'],
  [/\bunlessTold\b/, 'withDefault'],
  [/\bopenSayings\b/, 'openNotices'],
  [/\b(isTelling|isTold|isSaid)\b/, 'name the fact: isConclusive, hasEnough'],
  [/\b(tells|told|says|said)[A-Z]\w*/, 'reports…, reported…'],
  [/\b(least|most)(Kept|Workers|LateNs)\b|\bcountLeast\b/, 'min…, max…'],
  [/\bwholeAround\b/, 'constantAncestor'],
  [/\bopenUnits\b|\bstatusUnits\b/, 'uniform01, statusDraw'],
];

test('banned phrases do not come back', () => {
  const found = repositoryFiles()
    .filter((path) => PLACES.test(path) && TEXT.test(path))
    .flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line, i) =>
          BANNED.flatMap(([phrase, instead]) => {
            const match = phrase.exec(line);
            return match === null ? [] : [`${path}:${i + 1}: "${match[0]}": use ${instead}`];
          }),
        ),
    );
  expect(found).toEqual([]);
});
