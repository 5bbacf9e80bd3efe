/** How fast this machine could offer a profile's records: to nobody, or to a cluster in its own process. */
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import type { LanePlan, Plan } from '../plan/plan.ts';
import { peakRate } from '../plan/scenario-load.ts';
import { type PlannedRun, plan, planLoaded } from '../planning.ts';
import { applyLoadOverrides } from '../profile/load-overrides.ts';
import type { ClientProperties, Profile, ScenarioProfile } from '../profile/profile.ts';
import { wrap } from '../report/text-layout.ts';
import type { Result } from '../result/result.ts';
import { runPlanned } from '../run.ts';
import { scrub } from '../secrets.ts';
import { countOf, formatBytes, formatCount, formatRate, NS_PER_SEC } from '../units.ts';
import type { Invocation } from './invocation.ts';
import { overridesOf } from './values.ts';

export const CEILING_SEC = 2;
export const WITHOUT_CONSUMERS = 'consumers are left out: a ceiling measures no reading';
/** With a cluster the first second goes into connections and compiled code. */
const WARMUP_SEC = 1;
/** Beside a broker elsewhere less runs on this machine, but the network costs something too. */
const ROOM = 0.5;

type CeilingTarget = 'null' | 'embedded';

/** `load doctor --ceiling PROFILE` */
export async function reportCeiling(profile: string, { values, terminal }: Invocation): Promise<ExitCode> {
  const { stdout, stderr } = terminal;
  const planned = await plan(profile, { overrides: overridesOf(values) });
  if (planned.plan.reading !== undefined) stderr.write(`${WITHOUT_CONSUMERS}\n`);
  stderr.write(`Measuring for ${CEILING_SEC} s without a broker, and for ${CEILING_SEC} s on the embedded cluster …\n`);
  const nobody = await measureCeiling(planned, 'null');
  const embedded = await measureCeiling(planned, 'embedded');
  const { name, lanes } = planned.plan;
  const workers = countOf(nobody.client.workers, 'worker');
  const modes = [...new Set(lanes.map(({ record }) => record.mode))].join(' and ');
  const lines = [
    `Ceiling of ${name} on this machine: ${workers}, ${modes} records of ${meanBytes(nobody)}`,
    ceilingLine('no broker', nobody, 'records made and nothing else'),
    ceilingLine('embedded cluster', embedded, 'with the client, and a broker in the same process'),
    ...wrap(ceilingAdvice(peakPerSec(lanes), nobody.rate.achievedPerSec, embedded.rate.achievedPerSec), ''),
    ...(isDisturbed(nobody.rate.achievedPerSec, embedded.rate.achievedPerSec) ? [DISTURBED] : []),
  ];
  stdout.write(`${scrub(lines.join('\n'))}\n`);
  return EXIT.ok;
}

const DISTURBED = 'Without a broker it was slower than with one: this machine was busy meanwhile. Measure again.';

/** More work cannot be faster. */
export function isDisturbed(nobodyPerSec: number, embeddedPerSec: number): boolean {
  return nobodyPerSec < embeddedPerSec;
}

function ceilingLine(what: string, { rate, totals, phases }: Result, how: string): string {
  const bytes = `${formatBytes(totals.payloadBytes / phases.load)}/s`;
  return `  ${what.padEnd(18)}${perSec(rate.achievedPerSec).padStart(12)}${bytes.padStart(14)}  ${how}`;
}

function meanBytes({ totals }: Result): string {
  return formatBytes(totals.payloadBytes / Math.max(1, totals.sent));
}

/** The same records by the same workers, as fast as they can. */
export async function measureCeiling({ loaded, plan }: PlannedRun, target: CeilingTarget): Promise<Result> {
  const profile = atCeiling(loaded.profile, plan, target);
  return (await runPlanned(await planLoaded({ ...loaded, profile }))).result;
}

function atCeiling(given: Profile, { workers, lanes }: Plan, target: CeilingTarget): Profile {
  if (lanes.length === 0) throw new InputError([{ message: 'the profile only reads: it has no records to make' }]);
  const { nullTransport: _null, embedded: _embedded, messages: _messages, faults: _faults, ...sending } = given;
  const { consumers: _consumers, ...kept } = sending;
  const warmupNs = target === 'null' ? 0 : WARMUP_SEC * NS_PER_SEC;
  const span = { durationNs: CEILING_SEC * NS_PER_SEC + warmupNs };
  const profile = applyLoadOverrides(kept, { burst: true, span });
  const plain = target === 'embedded' ? withoutSecurity : <T>(properties: T) => properties;
  // Nobody measures what goes wrong on purpose, nor how long commits take.
  const scenarios = Object.entries(profile.scenarios).map(([name, all]): [string, ScenarioProfile] => {
    const { transactions: _transactions, ...scenario } = all;
    const mode = lanes.find((lane) => lane.name === name)?.record.mode ?? scenario.payload.mode;
    // A database writes beside the loop, at its own speed, and into a file that somebody may need.
    const params = 'database' in scenario.params ? { ...scenario.params, database: 'none' } : scenario.params;
    const payload = { ...scenario.payload, mode };
    return [name, { ...scenario, warmupNs, payload, params, producer: plain(scenario.producer) }];
  });
  return {
    ...profile,
    workers,
    clock: { ...profile.clock, speed: 1 },
    kafka: { ...plain(profile.kafka), 'bootstrap.servers': target },
    producer: plain(profile.producer),
    ...(target === 'null' && { nullTransport: { latencyMs: [0] } }),
    thresholds: [],
    scenarios: Object.fromEntries(scenarios),
  };
}

/** The embedded cluster speaks plaintext and knows no users. */
function withoutSecurity(properties: ClientProperties): ClientProperties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !/^(security|sasl|ssl)\./.test(name)));
}

/** What open scenarios plan at their peaks, in sum; 0 of closed loops. */
export function peakPerSec(lanes: readonly LanePlan[]): number {
  return lanes.reduce((sum, { load }) => sum + (load.kind === 'open' ? peakRate(load) : 0), 0);
}

/** Whether a run of the profile would measure the broker or this machine. */
export function ceilingAdvice(peak: number, generatorPerSec: number, embeddedPerSec: number): string {
  const offers = `This machine offers ${perSec(embeddedPerSec)} through the client`;
  const share = (of: number) => `${percent(peak / of)} of`;
  if (peak === 0) {
    return `${offers}: a broker that acknowledges less is what a closed loop measures, a faster one is not.`;
  }
  const planned = `the plan's peak of ${formatRate(peak)} is`;
  if (peak <= ROOM * embeddedPerSec) {
    return `${offers}; ${planned} ${share(embeddedPerSec)} that: the broker will be measured, not this machine.`;
  }
  if (peak <= embeddedPerSec) {
    return `${offers}; ${planned} ${share(embeddedPerSec)} that: the verdict will tell whether the broker or this machine was measured; more cores leave room.`;
  }
  if (peak <= generatorPerSec) {
    return `${offers}, with the cluster on the same cores; ${planned} ${share(embeddedPerSec)} that: expect GENERATOR_LIMITED unless the broker runs elsewhere; more cores help.`;
  }
  return `This machine generates ${perSec(generatorPerSec)}; ${planned} ${share(generatorPerSec)} that: it cannot be reached here. More workers and cores, payload.mode pooled, or a lower rate help.`;
}

function perSec(rate: number): string {
  return `${formatCount(Number(rate.toPrecision(3)))}/s`;
}

function percent(share: number): string {
  return share < 0.0001 ? 'less than 0.01 %' : `${formatCount(share * 100, share < 0.1 ? 2 : 0)} %`;
}
