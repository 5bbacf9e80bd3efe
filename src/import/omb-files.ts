/**
 * Workload and driver files of the OpenMessaging Benchmark, by the rules of the Java program that reads them: a number
 * that is missing is 0, keys that it does not know are passed over. Here these are listed.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { InputError, type Problem } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { formatPath, parseYamlMap, placeOf, valuesOf } from '../profile/document.ts';
import { CLIENTS_MAX } from '../profile/schema/schema.ts';
import { describeIssues } from '../profile/schema/schema-problem.ts';
import { PATTERN_TOPICS_MAX } from '../topic-pattern.ts';
import { DURATION_NS_MAX, formatCount, NS_PER_SEC } from '../units.ts';
import { flag, integer, real, scalarText } from '../value-schema.ts';
import { SIZE_MAX } from '../workload/built-in/bytes.ts';
import { parseJavaProperties } from './java-properties-text.ts';

/** Each is a consumer group of the profile; the published workloads have three at most. */
const SUBSCRIPTIONS_MAX = 1_000;

/** YAML 1.1 allows `1_000_000`. */
const whole = (min: number, max = 2_147_483_647) =>
  z.preprocess(
    (input) => (typeof input === 'string' ? input.replaceAll('_', '') : input),
    integer(min, max).prefault(0),
  );

const workloadSchema = z.object({
  name: scalarText().optional(),
  topics: whole(1, PATTERN_TOPICS_MAX),
  partitionsPerTopic: whole(1),
  messageSize: whole(1, SIZE_MAX),
  payloadFile: scalarText().optional(),
  useRandomizedPayloads: flag().prefault(false),
  randomBytesRatio: real(0, 1).prefault(0),
  randomizedPayloadPoolSize: whole(0),
  keyDistributor: z.enum(['NO_KEY', 'KEY_ROUND_ROBIN', 'RANDOM_NANO']).prefault('NO_KEY'),
  producersPerTopic: whole(1),
  subscriptionsPerTopic: whole(0, SUBSCRIPTIONS_MAX),
  consumerPerSubscription: whole(0),
  producerRate: whole(0),
  consumerBacklogSizeGB: whole(0),
  backlogDrainRatio: real(0, 1).prefault(1),
  testDurationMinutes: whole(0),
  warmupDurationMinutes: z.preprocess((input) => input ?? 1, whole(0)),
});

const properties = scalarText().prefault('').transform(parseJavaProperties);

const driverSchema = z.object({
  name: scalarText().optional(),
  driverClass: scalarText().optional(),
  replicationFactor: integer(1, 32_767).prefault(1),
  topicConfig: properties,
  commonConfig: properties,
  producerConfig: properties,
  consumerConfig: properties,
  /** Of earlier versions: deletes what earlier runs left. */
  reset: flag().prefault(false),
});

export type OmbWorkload = z.output<typeof workloadSchema>;
export type OmbDriver = z.output<typeof driverSchema>;

export const WORKLOAD_KEYS: readonly string[] = Object.keys(workloadSchema.shape);
export const DRIVER_KEYS: readonly string[] = Object.keys(driverSchema.shape);

/** Payload of every message. */
export interface OmbPayload {
  /** Different payloads that messages are drawn from. */
  readonly poolSize: number;
  /** Random share of the bytes, 0..1. */
  readonly entropy: number;
  /** Where it comes from, for a comment. */
  readonly from: string;
}

/** @param unknown a line for each key that is not one of the original's. */
interface Read<T> {
  readonly values: T;
  readonly unknown: readonly string[];
}

const KAFKA_DRIVER = /(^|\.)kafka\.KafkaBenchmarkDriver$/;

/** @throws InputError with every problem of the file. */
export function readWorkload(file: string, cwd: string): Read<OmbWorkload> & { readonly payload: OmbPayload } {
  const { source, values } = readMap(file, cwd);
  const refuse = (key: string, message: string, hint: string): never => {
    throw new InputError([{ place: placeOf(source, [key]), message, hint }]);
  };
  if ('driverClass' in values || 'commonConfig' in values) {
    refuse('driverClass', 'a driver, not a workload', 'load import omb WORKLOAD.yaml DRIVER.yaml');
  }
  if ('scenarios' in values) refuse('scenarios', 'a profile already', `load plan ${file}`);
  const read = check(workloadSchema, source, values);
  const { producerRate, consumerBacklogSizeGB, useRandomizedPayloads, randomizedPayloadPoolSize } = read.values;
  if (consumerBacklogSizeGB > 0 && producerRate === 0) {
    refuse(
      'producerRate',
      '`producerRate: 0` searches for the highest rate, which needs consumers without a backlog',
      'name a rate',
    );
  }
  if (useRandomizedPayloads && randomizedPayloadPoolSize === 0) {
    refuse('useRandomizedPayloads', 'needs `randomizedPayloadPoolSize`', 'e.g. randomizedPayloadPoolSize: 1000');
  }
  const { producersPerTopic, topics } = read.values;
  if (producersPerTopic * topics > CLIENTS_MAX) {
    const message = `${formatCount(producersPerTopic * topics)} producers, ${formatCount(producersPerTopic)} for each of ${formatCount(topics)} topics`;
    refuse('producersPerTopic', message, `a scenario has at most ${formatCount(CLIENTS_MAX)}`);
  }
  if (runSecOf(read.values) > DURATION_NS_MAX / NS_PER_SEC) {
    const key = consumerBacklogSizeGB > 0 ? 'consumerBacklogSizeGB' : 'testDurationMinutes';
    const message = `a run of ${formatCount(runSecOf(read.values) / 86_400)} days`;
    refuse(key, message, 'the longest duration is 104 days');
  }
  return { ...read, payload: payloadOf(read.values, file, cwd, placeOf(source, ['payloadFile'])) };
}

/** Consumer groups of the profile. */
export function groupsOf({ subscriptionsPerTopic, consumerPerSubscription }: OmbWorkload): number {
  return consumerPerSubscription === 0 ? 0 : subscriptionsPerTopic;
}

/** Until the consumers' backlog is there. */
export function backlogSecOf(workload: OmbWorkload): number {
  const { producerRate, messageSize, consumerBacklogSizeGB } = workload;
  const bytesPerSec = producerRate * messageSize * groupsOf(workload);
  return bytesPerSec === 0 ? 0 : Math.ceil((consumerBacklogSizeGB * 2 ** 30) / bytesPerSec);
}

/** With warm-up, the backlog, and as long again for its drain. */
export function runSecOf(workload: OmbWorkload): number {
  const { warmupDurationMinutes, testDurationMinutes } = workload;
  return (warmupDurationMinutes + testDurationMinutes) * 60 + 2 * backlogSecOf(workload);
}

/** @throws InputError with every problem of the file. */
export function readDriver(file: string, cwd: string): Read<OmbDriver> {
  const { source, values } = readMap(file, cwd);
  const driverClass = values.driverClass ?? undefined;
  if (driverClass === undefined) {
    const isWorkload = 'producerRate' in values || 'messageSize' in values;
    const message = isWorkload ? 'a workload, not a driver' : 'no driver: `driverClass` is missing';
    throw new InputError([{ place: placeOf(source, []), message, hint: 'load import omb WORKLOAD.yaml DRIVER.yaml' }]);
  }
  if (!KAFKA_DRIVER.test(String(driverClass))) {
    const message = `\`${String(driverClass)}\` drives another system: here is only Kafka`;
    const hint = 'name a file of driver-kafka, or none';
    throw new InputError([{ place: placeOf(source, ['driverClass']), message, hint }]);
  }
  return check(driverSchema, source, values);
}

function readMap(file: string, cwd: string) {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const known = { ENOENT: 'there is no such file', EISDIR: 'a directory, not a file' }[code ?? ''];
    throw new InputError([{ place: file, message: known ?? message }]);
  }
  const hint = 'a file of workloads/ or driver-kafka/ of the OpenMessaging Benchmark';
  const source = parseYamlMap(text, file, { message: 'expected a map of keys', hint });
  return { source, values: valuesOf(source) };
}

function check<S extends z.ZodObject>(schema: S, source: Parameters<typeof valuesOf>[0], values: object) {
  const known = Object.keys(schema.shape);
  // Java reads a key without a value as one that is not there.
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  const strangers = Object.keys(given).filter((key) => !known.includes(key));
  const { data, error } = schema.safeParse(given);
  if (error !== undefined) {
    const isGiven = ({ path }: { readonly path: readonly PropertyKey[] }) => String(path[0]) in given;
    const wrong = describeIssues(error.issues.filter(isGiven), given).map(
      ({ path, message, hint }): Problem => ({
        place: placeOf(source, path),
        path: formatPath(path),
        message,
        ...(hint !== undefined && { hint }),
      }),
    );
    const missing = error.issues.flatMap((issue): Problem[] => {
      if (isGiven(issue)) return [];
      const key = String(issue.path[0]);
      const meant = strangers.find((stranger) => nearest(stranger, [key]) !== undefined);
      const hint = meant === undefined ? {} : { hint: `is \`${meant}\` meant to be \`${key}\`?` };
      return [{ place: source.file, path: key, message: 'is missing', ...hint }];
    });
    throw new InputError([...missing, ...wrong]);
  }
  const unknown = strangers.map((key) => {
    const near = nearest(key, known);
    return `${key}: unknown key${near === undefined ? '' : ` (did you mean \`${near}\`?)`}`;
  });
  return { values: data as z.output<S>, unknown };
}

/** @throws InputError where the payload file is missing or of another size, as the original does. */
function payloadOf(workload: OmbWorkload, file: string, cwd: string, place: string): OmbPayload {
  const { payloadFile, messageSize, useRandomizedPayloads, randomBytesRatio, randomizedPayloadPoolSize } = workload;
  if (useRandomizedPayloads) {
    const from = `randomizedPayloadPoolSize ${randomizedPayloadPoolSize}, randomBytesRatio ${randomBytesRatio}`;
    return { poolSize: randomizedPayloadPoolSize, entropy: randomBytesRatio, from };
  }
  if (payloadFile === undefined) return { poolSize: 1, entropy: 1, from: 'no payload is named' };
  const folder = resolve(cwd, dirname(file));
  // The original starts in the folder around workloads/, where payloads have a folder of their own.
  const tried = [
    ...new Set([resolve(folder, payloadFile), resolve(cwd, payloadFile), resolve(folder, '..', payloadFile)]),
  ];
  for (const path of tried) {
    const content = readIfThere(path);
    if (content === undefined) continue;
    if (content.length !== messageSize) {
      const message = `${path} has ${content.length} bytes, and \`messageSize\` is ${messageSize}`;
      throw new InputError([{ place, path: 'payloadFile', message, hint: 'make them equal' }]);
    }
    const packed = deflateRawSync(content, { level: 9 }).length / content.length;
    return { poolSize: 1, entropy: Math.min(1, Number(packed.toFixed(2))), from: payloadFile };
  }
  const message = `\`${payloadFile}\` is not there: tried ${tried.join(', ')}`;
  const hint = 'copy it beside the workload, or set `useRandomizedPayloads: true`';
  throw new InputError([{ place, path: 'payloadFile', message, hint }]);
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
