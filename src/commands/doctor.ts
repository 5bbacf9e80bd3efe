/** `load doctor`: what runs and tests need on this machine, a line each. */
import { accessSync, constants } from 'node:fs';
import { createRequire } from 'node:module';
import { freemem } from 'node:os';
import { delimiter, join } from 'node:path';
import { styleText } from 'node:util';
import { EXIT, type ExitCode, LoadError } from '../errors.ts';
import { openSqlite } from '../lifecycle/sqlite.ts';
import { plan } from '../planning.ts';
import { describeEnvironment } from '../result/machine.ts';
import { scrub } from '../secrets.ts';
import { formatBytes, formatCount } from '../units.ts';
import type { Invocation } from './invocation.ts';
import { usesColor } from './terminal.ts';
import { overridesOf, textValue, type Values } from './values.ts';

export interface Finding {
  readonly what: string;
  /** `missing`: runs need it. `note`: works, but worth knowing. */
  readonly status: 'ok' | 'note' | 'missing';
  readonly detail: string;
}

const NODE_MIN = [20, 19] as const;
/** A run at full speed stays below this (pools, windows, librdkafka's queues). */
const MEMORY_BYTES_MIN = 700 * 2 ** 20;
/** One connection a broker and client, some for Node: below this a larger cluster runs out. */
const OPEN_FILES_MIN = 1024;
const BROKER_TIMEOUT_MS = 8_000;
/** For the tests against real servers. */
const TEST_PROGRAMS = ['java', 'mvn', 'kcat', 'rabbitmq-server', 'redis-server'];
/** Debian keeps RabbitMQ's programs in a folder that is not on every user's path. */
const PROGRAM_FOLDERS = ['/usr/lib/rabbitmq/bin'];

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, terminal } = invocation;
  const profile = textValue(values, 'ceiling');
  if (profile !== undefined) {
    const { reportCeiling } = await import('./ceiling.ts');
    return reportCeiling(profile, invocation);
  }
  const color = usesColor(terminal.stdout);
  let isFit = true;
  const report = (finding: Finding) => {
    isFit &&= finding.status !== 'missing';
    terminal.stdout.write(`${formatFinding(finding, color)}\n`);
  };
  report(checkNode(process.versions.node));
  for (const finding of checkMachine()) report(finding);
  report(await attempt('koffi', checkForeignFunctions));
  const library = await attempt('librdkafka', checkLibrdkafka);
  report(library);
  if (library.status === 'ok') {
    report(await attempt('embedded cluster', checkEmbedded));
    report(await attempt('broker', () => checkBroker(values)));
  }
  report(checkSqlite());
  report(checkTestPrograms());
  terminal.stdout.write(isFit ? 'Ready to run.\n' : 'Not ready: install what is marked missing.\n');
  return isFit ? EXIT.ok : EXIT.failed;
}

const STYLE = { ok: 'green', note: 'yellow', missing: 'red' } as const;

export function formatFinding({ what, status, detail }: Finding, color: boolean): string {
  const word = status.padEnd(9);
  return `${color ? styleText(STYLE[status], word, { validateStream: false }) : word}${what.padEnd(18)}${detail}`;
}

/** What cannot be done is missing, with the reason and what helps. */
async function attempt(what: string, check: () => Finding | Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    const hint = error instanceof LoadError && error.hint !== undefined ? ` (${error.hint})` : '';
    return { what, status: 'missing', detail: scrub(`${(error as Error).message}${hint}`) };
  }
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const detail = isEnough ? version : `${version}, but ${NODE_MIN.join('.')} or newer is needed`;
  return { what: 'Node.js', status: isEnough ? 'ok' : 'missing', detail };
}

function checkMachine(): Finding[] {
  const { cpus, cpuModel, memoryBytes, os } = describeEnvironment();
  const openFiles = openFilesMax();
  const free = process.availableMemory?.() ?? freemem();
  return [
    {
      what: 'CPUs',
      status: cpus > 1 ? 'ok' : 'note',
      detail: `${cpus} × ${cpuModel}, ${os}${cpus > 1 ? '' : ': loop and client share it, which adds latency'}`,
    },
    {
      what: 'memory',
      status: free >= MEMORY_BYTES_MIN ? 'ok' : 'note',
      detail: `${formatBytes(free)} free of ${formatBytes(memoryBytes)}; a run at full speed takes up to ${formatBytes(MEMORY_BYTES_MIN)}`,
    },
    {
      what: 'open files',
      status: openFiles >= OPEN_FILES_MIN ? 'ok' : 'note',
      detail: Number.isFinite(openFiles) ? `${formatCount(openFiles)} (ulimit -n)` : 'no limit',
    },
  ];
}

/** The soft limit; Infinity where there is none or the system does not tell. */
function openFilesMax(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft;
}

async function checkForeignFunctions(): Promise<Finding> {
  const { default: koffi } = await import('koffi');
  return { what: 'koffi', status: 'ok', detail: `${koffi.version}, calls C functions` };
}

async function checkLibrdkafka(): Promise<Finding> {
  const { librdkafka } = await import('../transport/librdkafka/library.ts');
  const version = librdkafka().versionString();
  const { features } = createRequire(import.meta.url)('@confluentinc/kafka-javascript') as { features: string[] };
  return { what: 'librdkafka', status: 'ok', detail: `${version}: ${features.join(' ')}` };
}

async function checkEmbedded(): Promise<Finding> {
  const { EmbeddedCluster } = await import('../transport/librdkafka/embedded-cluster.ts');
  const cluster = new EmbeddedCluster({});
  const detail = `listens on ${cluster.bootstrapServers}`;
  cluster.close();
  return { what: 'embedded cluster', status: 'ok', detail };
}

/** The one that --bootstrap-servers or the environment names. */
async function checkBroker(values: Values): Promise<Finding> {
  const planned = await plan('quickstart', { overrides: overridesOf(values) });
  const { target, clients } = planned.plan;
  if (target.kind !== 'kafka') {
    const detail = 'not set: runs use the embedded cluster (--bootstrap-servers HOST:PORT checks one)';
    return { what: 'broker', status: 'ok', detail };
  }
  const { Admin } = await import('../transport/librdkafka/admin.ts');
  const { properties } = clients[0]!;
  const admin = new Admin(properties, BROKER_TIMEOUT_MS);
  const startedMs = performance.now();
  try {
    const kind = (await admin.isEmbedded()) ? 'an embedded cluster' : 'a Kafka cluster';
    const tookMs = performance.now() - startedMs;
    const unreachable = await admin.checkAdvertised();
    if (unreachable.length > 0) return { what: 'broker', status: 'missing', detail: unreachable.join('; ') };
    const detail = `${properties['bootstrap.servers']} answers after ${formatCount(tookMs)} ms: ${kind}`;
    return { what: 'broker', status: 'ok', detail };
  } finally {
    await admin.close();
  }
}

/** For a message database alone. */
function checkSqlite(): Finding {
  const what = 'SQLite';
  try {
    const sqlite = openSqlite(':memory:');
    const version = sqlite.prepare('SELECT sqlite_version()').pluck().get() as string;
    sqlite.close();
    return { what, status: 'ok', detail: version };
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    return { what, status: 'note', detail: `${error.message}; only message databases need it` };
  }
}

function checkTestPrograms(): Finding {
  const missing = TEST_PROGRAMS.filter((program) => !isOnPath(program));
  if (missing.length === 0) return { what: 'tests', status: 'ok', detail: `${TEST_PROGRAMS.join(', ')} are there` };
  const detail = `${missing.join(', ')} missing: tests against real servers are skipped (npm test installs them if it can)`;
  return { what: 'tests', status: 'note', detail };
}

function isOnPath(program: string): boolean {
  return [...(process.env.PATH ?? '').split(delimiter), ...PROGRAM_FOLDERS].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
