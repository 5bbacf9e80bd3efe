/** Whether two sets of runs ask the same question on the same ground: what differs besides what is compared. */
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
  /** As shown; undefined where the run did not learn it. */
  shown(run: RunIdentityFacts): string | undefined;
  /** Where it is not enough that they are shown differently. */
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
    shown: ({ payload }) =>
      Object.entries(payload)
        .map(([name, { workload, mode, bytesMean }]) => `${name}: ${mode} ${workload}, ${formatCount(bytesMean, 1)} B`)
        .join('; '),
    isSame: (base, other) => hasSamePayload(base.payload, other.payload),
  },
  {
    name: 'partitions',
    isFactor: true,
    // A run of an experiment has topics of its own: only how many partitions they have counts.
    shown: ({ partitions }) =>
      Object.values(partitions)
        .toSorted((a, b) => a - b)
        .join(' + '),
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
      return one === undefined || two === undefined || one === two || fact.isSame?.(a, b) === true;
    };
    if (before.every((a) => after.every((b) => isSame(a, b)))) return [];
    return [`${fact.name}: ${shownBy(fact, before)} against ${shownBy(fact, after)}`];
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

function shownBy(fact: Fact, runs: readonly RunIdentityFacts[]): string {
  return [...new Set(runs.map((run) => fact.shown(run) ?? 'unknown'))].join(', ');
}

function hasSamePayload(base: RunIdentityFacts['payload'], other: RunIdentityFacts['payload']): boolean {
  const names = new Set([...Object.keys(base), ...Object.keys(other)]);
  return [...names].every((name) => {
    const [a, b] = [base[name], other[name]];
    if (a === undefined || b === undefined) return false;
    return a.workload === b.workload && a.mode === b.mode && isWithin(a.bytesMean, b.bytesMean, PAYLOAD_RATIO_MAX);
  });
}

function isWithin(a: number, b: number, ratioMax: number): boolean {
  return a === b || Math.max(a, b) <= ratioMax * Math.min(a, b);
}
