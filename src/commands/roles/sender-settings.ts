/** Which senders a process runs: from flags and the environment. */
import { hostname } from 'node:os';
import { InputError, type Problem } from '../../errors.ts';
import { suggest } from '../../nearest.ts';
import { DISTRIBUTIONS, type Distribution, type SenderSpec } from '../../roles/sender.ts';
import { NS_PER_SEC, NS_PER_US, parseDuration } from '../../units.ts';
import { formatOf, listValue, textValue, type Values } from '../values.ts';
import { attempt, type RoleSettings, readRoleSettings, settingOf } from './role-settings.ts';

export interface SendersSettings extends RoleSettings {
  readonly senders: readonly SenderSpec[];
  readonly group: string;
  readonly format: 'text' | 'json';
}

const MEAN_TIME = '0.1';
const FAILURE_RATE = '0.2';
const GROUP = 'sms-senders';
const SENDERS_MAX = 1_000;
const NAME = /^[\w.:-]{1,100}$/;
const NS_PER_HOUR = 3_600 * NS_PER_SEC;

/** What one sender can have of its own. */
const SENDER_KEYS = ['mean-time', 'failure-rate', 'distribution', 'count'] as const;

type Kind = Omit<SenderSpec, 'name'>;

/** @throws InputError with everything that is wrong. */
export async function readSendersSettings(values: Values): Promise<SendersSettings> {
  const problems: Problem[] = [];
  const role = await readRoleSettings(values, ['queue', 'results'], problems);
  const format = attempt('', problems, () => formatOf(values));
  const group = textValue(values, 'group') ?? GROUP;
  if (group === '') problems.push({ place: '--group', message: 'the name of the group is empty' });
  const senders = readSenders(values, role, problems);
  if (problems.length > 0) throw new InputError(problems);
  return { ...role, senders, group, format: format! };
}

function readSenders(values: Values, { environment }: RoleSettings, problems: Problem[]): SenderSpec[] {
  const meanTime = settingOf(values, 'mean-time', environment, 'SENDER_MEAN_TIME', MEAN_TIME);
  const failureRate = settingOf(values, 'failure-rate', environment, 'SENDER_FAILURE_RATE', FAILURE_RATE);
  const alike: Kind = {
    meanTimeUs: readMeanTime(meanTime.text, meanTime.place, problems),
    failureRate: readRate(failureRate.text, failureRate.place, problems),
    distribution: readDistribution(textValue(values, 'distribution') ?? 'exponential', '--distribution', problems),
  };
  const different = listValue(values, 'sender').map((text) => readSender(text, alike, problems));
  // Whoever describes senders one by one wants those.
  const count = textValue(values, 'count') ?? (different.length > 0 ? '0' : '1');
  const kinds = [{ kind: alike, count: readCount(count, '--count', 0, problems) }, ...different].flatMap(
    ({ kind, count }) => Array.from({ length: count }, () => kind),
  );
  if (kinds.length === 0) problems.push({ place: '--count', message: 'no sender is left' });
  if (kinds.length > SENDERS_MAX) {
    const hint = 'run more processes';
    problems.push({ place: '--count', message: `a process has at most ${SENDERS_MAX} senders`, hint });
  }
  const name = readName(values, problems);
  return kinds.map((kind, i) => ({ ...kind, name: `${name}-${i + 1}` }));
}

/** `mean-time=2,failure-rate=0.1,count=2`; what it does not say is as for the others. */
function readSender(text: string, alike: Kind, problems: Problem[]): { kind: Kind; count: number } {
  const place = `--sender ${text}`;
  const own: Partial<Record<(typeof SENDER_KEYS)[number], string>> = {};
  for (const part of text.split(',')) {
    const [key = '', value, ...rest] = part.split('=').map((word) => word.trim());
    const known = SENDER_KEYS.find((each) => each === key);
    if (known !== undefined && value !== undefined && value !== '' && rest.length === 0) own[known] = value;
    else if (known !== undefined) problems.push({ place, message: `expected \`${key}=VALUE\`` });
    else {
      const hint = suggest(key, SENDER_KEYS);
      problems.push({ place, message: `a sender has no \`${key}\``, ...(hint !== undefined && { hint }) });
    }
  }
  const kind = {
    meanTimeUs: own['mean-time'] === undefined ? alike.meanTimeUs : readMeanTime(own['mean-time'], place, problems),
    failureRate: own['failure-rate'] === undefined ? alike.failureRate : readRate(own['failure-rate'], place, problems),
    distribution:
      own.distribution === undefined ? alike.distribution : readDistribution(own.distribution, place, problems),
  };
  return { kind, count: readCount(own.count ?? '1', place, 1, problems) };
}

function readMeanTime(text: string, place: string, problems: Problem[]): number {
  const ns = attempt(place, problems, () => parseDuration(text)) ?? 0;
  if (ns > NS_PER_HOUR) problems.push({ place, message: `a mean time of \`${text}\` is too long`, hint: 'max 1h' });
  return ns / NS_PER_US;
}

function readRate(text: string, place: string, problems: Problem[]): number {
  const rate = text === '' ? Number.NaN : Number(text);
  if (rate >= 0 && rate <= 1) return rate;
  problems.push({ place, message: `\`${text}\` is not a failure rate`, hint: 'a number from 0 to 1, e.g. 0.2' });
  return 0;
}

function readDistribution(text: string, place: string, problems: Problem[]): Distribution {
  const found = DISTRIBUTIONS.find((each) => each === text);
  if (found !== undefined) return found;
  const hint = suggest(text, DISTRIBUTIONS);
  problems.push({ place, message: `\`${text}\` is not a distribution`, ...(hint !== undefined && { hint }) });
  return 'exponential';
}

function readCount(text: string, place: string, min: number, problems: Problem[]): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= min && count <= SENDERS_MAX) return count;
  problems.push({ place, message: `\`${text}\` is not a number of senders from ${min} to ${SENDERS_MAX}` });
  return 1;
}

/** Of this process, among all that send at the same time. */
function readName(values: Values, problems: Problem[]): string {
  const name = textValue(values, 'name') ?? `${hostname()}-${process.pid}`;
  if (NAME.test(name)) return name;
  problems.push({ place: '--name', message: `\`${name}\` is not a name`, hint: 'letters, digits, and . _ : -' });
  return name;
}
