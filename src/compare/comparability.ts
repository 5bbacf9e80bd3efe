/** Whether two sets of runs ask the same question on the same ground: what differs besides what is compared. */
import { foldScenarios } from '../fold-scenarios.ts';
import { ownValue } from '../own-value.ts';
import { countOf, formatBytes, formatCount } from '../units.ts';
import { type RunIdentityFacts, type RunSet, usable } from './run-record.ts';

/** Machines whose memory differs by less are of one class: what a container or VM is given varies by a little. */
const MEMORY_RATIO_MAX = 1.25;
/** Mean sizes of payloads that are estimated from a sample of the same records. */
const PAYLOAD_RATIO_MAX = 1.01;

interface Fact {
  readonly name: string;
  /** What a cell of a sweep may differ in from the others. */
  readonly isFactor: boolean;
  /**
   * As shown; undefined where the run did not learn it.
   * @param all runs of both sides, where one of many things is shown only if they differ in it.
   */
  shown(run: RunIdentityFacts, all?: readonly RunIdentityFacts[]): string | undefined;
  /** By default they are the same if they are shown alike. */
  isSame?(base: RunIdentityFacts, other: RunIdentityFacts): boolean;
}

const FACTS: readonly Fact[] = [
  {
    name: 'profile or settings',
    isFactor: true,
    shown: ({ profile, profileHash }) => `${profile} (hash ${profileHash.slice(0, 8)})`,
    isSame: (base, other) => base.profileHash === other.profileHash,
  },
  {
    name: 'payload',
    isFactor: true,
    shown: ({ payload }, all = []) => {
      const names = Object.keys(payload).filter(
        (name) => !all.every((run) => hasSamePayload(payload, run.payload, name)),
      );
      const lines = names.map((name) => {
        const { workload, mode, bytesMean } = payload[name]!;
        return `${name}: ${mode} ${workload}, ${formatCount(bytesMean, 1)} B`;
      });
      return foldScenarios(lines, names).join('; ') || 'none';
    },
    isSame: ({ payload: base }, { payload: other }) =>
      Object.keys({ ...base, ...other }).every((name) => hasSamePayload(base, other, name)),
  },
  {
    name: 'partitions',
    isFactor: true,
    // A run of an experiment has topics of its own: only how many partitions they have counts.
    shown: ({ partitions }) => {
      const all = Object.values(partitions);
      return [...new Set(all)]
        .toSorted((a, b) => a - b)
        .map((count) => timesText(all.filter((each) => each === count).length, count))
        .join(' + ');
    },
  },
  {
    name: 'processes',
    isFactor: true,
    shown: ({ shards }) => (shards === undefined ? 'one' : countOf(shards, 'shard')),
  },
  { name: 'target', isFactor: false, shown: ({ target }) => TARGETS[target] },
  { name: 'broker version', isFactor: false, shown: ({ brokerVersion }) => brokerVersion ?? undefined },
  { name: 'librdkafka', isFactor: false, shown: ({ librdkafka }) => librdkafka || undefined },
  { name: 'CPU', isFactor: false, shown: ({ machine: { cpus, cpuModel } }) => `${cpus} × ${cpuModel}` },
  {
    name: 'memory',
    isFactor: false,
    shown: ({ machine }) => formatBytes(machine.memoryBytes),
    isSame: (base, other) => isWithin(base.machine.memoryBytes, other.machine.memoryBytes, MEMORY_RATIO_MAX),
  },
  { name: 'operating system', isFactor: false, shown: ({ machine }) => machine.os },
  { name: 'Node.js', isFactor: false, shown: ({ nodeMajor }) => `v${nodeMajor}` },
];

const TARGETS = { embedded: 'the embedded cluster', null: 'no broker', kafka: 'a Kafka cluster' } as const;

/** Why the sets cannot be compared, a sentence each; empty where they can. */
export function differences(base: RunSet, other: RunSet): string[] {
  const areCells = base.kind === 'cell' && base.experiment !== undefined && base.experiment === other.experiment;
  const [before, after] = [identitiesOf(base), identitiesOf(other)];
  return FACTS.filter(({ isFactor }) => !(areCells && isFactor)).flatMap((fact) => {
    const isSame = (a: RunIdentityFacts, b: RunIdentityFacts) => {
      const [one, two] = [fact.shown(a), fact.shown(b)];
      return one === undefined || two === undefined || (fact.isSame?.(a, b) ?? one === two);
    };
    if (before.every((a) => after.every((b) => isSame(a, b)))) return [];
    const shown = (runs: readonly RunIdentityFacts[]) =>
      [...new Set(runs.map((run) => fact.shown(run, [...before, ...after]) ?? 'unknown'))].join(', ');
    return [`${fact.name}: ${shown(before)} against ${shown(after)}`];
  });
}

/** What a reader should know though it does not stand against a comparison. */
export function caveats(base: RunSet, other: RunSet): string[] {
  const of = (set: RunSet, pick: (run: RunIdentityFacts) => string | null) => new Set(identitiesOf(set).map(pick));
  const notes: string[] = [];
  const ids = new Set(base.runs.map(({ id }) => id));
  if (other.runs.some(({ id }) => id !== '' && ids.has(id))) notes.push('the same run is on both sides');
  for (const set of [base, other]) {
    const found = of(set, ({ engineVersion }) => engineVersion);
    if (found.size > 1) notes.push(`${set.label} has runs of load engines ${[...found].join(' and ')}`);
  }
  const versions = [base, other].map((set) => [...of(set, ({ engineVersion }) => engineVersion)].join(', '));
  if (versions[0] !== versions[1]) notes.push(`the load engine differs: ${versions[0]} against ${versions[1]}`);
  const brokers = [base, other].map((set) => of(set, ({ brokerVersion }) => brokerVersion).has(null));
  if (brokers[0] !== brokers[1]) notes.push('the broker version is known on one side only');
  return notes;
}

/** Each that there is once: the runs of a set are alike as a rule. */
function identitiesOf(set: RunSet): RunIdentityFacts[] {
  const all = usable(set).flatMap(({ identity }) => identity ?? []);
  return [...new Map(all.map((identity) => [JSON.stringify(identity), identity])).values()];
}

function hasSamePayload(base: RunIdentityFacts['payload'], other: RunIdentityFacts['payload'], name: string): boolean {
  const [a, b] = [ownValue(base, name), ownValue(other, name)];
  if (a === undefined || b === undefined) return false;
  return a.workload === b.workload && a.mode === b.mode && isWithin(a.bytesMean, b.bytesMean, PAYLOAD_RATIO_MAX);
}

/** `12` of one topic, `500 × 12` of many. */
function timesText(topics: number, partitions: number): string {
  return topics === 1 ? String(partitions) : `${formatCount(topics)} × ${partitions}`;
}

function isWithin(a: number, b: number, ratioMax: number): boolean {
  return a === b || Math.max(a, b) <= ratioMax * Math.min(a, b);
}
