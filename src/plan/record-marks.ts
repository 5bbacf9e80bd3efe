/** Scenarios whose records have no mark, where a group reads them: a problem if it verifies, otherwise a note. */
import type { Problem } from '../errors.ts';
import type { Profile, ScenarioProfile } from '../profile/profile.ts';
import { metricRule } from '../threshold-grammar.ts';
import { MARK_HEADER } from '../workload/encoding/mark.ts';
import { nameOf } from '../workload/reference.ts';
import { likeMarks } from './like-marks.ts';
import type { LanePlan } from './plan.ts';
import type { ReadingPlan } from './reading-plan.ts';

export interface MarkFacts {
  readonly profile: Profile;
  readonly lanes: readonly Pick<LanePlan, 'name' | 'topic' | 'markHeader'>[];
  /** By lane: the scenario's key in the profile, and whether the records carry a mark themselves; absent: they do. */
  readonly records: readonly { readonly scenario: string; readonly marked?: boolean }[];
  readonly reading: ReadingPlan | undefined;
}

/** Adds all that is wrong with the scenarios' marks, and returns notes, a sentence each. */
export function checkMarks({ profile, lanes, records, reading }: MarkFacts, problems: Problem[]): string[] {
  const { scenarios, thresholds } = profile;
  const following = lanes.filter(({ name, markHeader }) => markHeader && scenarios[name] === undefined);
  const sending = Object.entries(scenarios).map(([name, { topic }]) => ({ name, topic }));
  if (following.length > 0) problems.push(...likeMarks([...sending, ...following]));
  const groups = (reading?.groups ?? []).map((group) => ({ ...group, read: new Set(group.topics) }));
  const unmarked = new Set(records.flatMap(({ scenario, marked }) => (marked === false ? [scenario] : [])));
  const notes: string[] = [];
  for (const [name, scenario] of Object.entries(scenarios)) {
    const path = `scenarios.${name}`;
    const { mark, topic, topics, headers } = scenario;
    if (mark === 'header' && headers[MARK_HEADER] !== undefined) {
      const message = `with \`mark: header\` the header \`${MARK_HEADER}\` is the engine's`;
      problems.push({ path: `${path}.headers.${MARK_HEADER}`, message, hint: 'give it another name' });
    }
    const readers = groups.filter(({ read }) => topics.some((each) => read.has(each)));
    const verifying = readers.filter(({ verify }) => verify).map((group) => `\`${group.name}\``);
    if (verifying.length === 0) {
      for (const { metric, scenario: of } of thresholds) {
        if (of !== name || !isVerified(metric)) continue;
        const message = `\`${metric}\` of \`${name}\` needs a group that verifies topic \`${topic}\``;
        problems.push({ path: `thresholds.${metric}{scenario:${of}}`, message, hint: 'add `verify: true`' });
      }
    }
    if (mark === 'header' || !unmarked.has(name) || readers.length === 0) continue;
    const why = whyUnmarked(scenario);
    if (verifying.length > 0) {
      const message = `${why}, so group ${verifying.join(', ')} cannot verify them`;
      problems.push({ path: `${path}.mark`, message, hint: `set ${path}.mark: header` });
    } else {
      notes.push(`${name}: end-to-end latency is not measured: ${why}; ${path}.mark: header gives them one`);
    }
  }
  return notes;
}

function isVerified(metric: string): boolean {
  return metricRule(metric)?.verification === true;
}

function whyUnmarked({ mark, workload }: ScenarioProfile): string {
  if (mark === 'none') return 'its records have no mark (`mark: none`)';
  return `its records have no mark: those of \`${nameOf(workload)}\` have no field or bytes for one`;
}
