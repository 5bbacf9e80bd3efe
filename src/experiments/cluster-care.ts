/** What a real cluster needs between two runs: topics made and deleted, and the time to become idle again. */
import { LoadError } from '../errors.ts';
import { topicList } from '../topic-pattern.ts';
import { Admin } from '../transport/librdkafka/admin.ts';
import { US_PER_MS } from '../units.ts';
import type { ClusterCare } from './fresh-run.ts';
import type { PlannedExperiment } from './plan-experiment.ts';
import { openSettle, PING_TIMEOUT_MS, type SettleProbe, settleProbe } from './settle.ts';

const ADMIN_TIMEOUT_MS = 8_000;
const TOPIC_TIMEOUT_MS = 10_000;

export interface OpenCare extends ClusterCare {
  /** Median latency of a single message on the idle cluster, µs; null where nothing can be sent to learn it. */
  readonly idleUs: number | null;
  close(): Promise<void>;
}

/**
 * Undefined where no cell has a cluster that lives longer than a run.
 * @param idleUs of an experiment that is gone on with.
 * @throws LoadError where the cluster cannot be reached.
 */
export async function openCare(
  { cells, baseline, settleMs }: Pick<PlannedExperiment, 'cells' | 'baseline' | 'settleMs'>,
  { id, idleUs, onWarning }: { id: string; idleUs: number | null; onWarning: (warning: string) => void },
): Promise<OpenCare | undefined> {
  const real = cells.filter(({ target }) => target === 'kafka');
  const cell = real.find(({ name }) => name === baseline) ?? real[0];
  if (cell === undefined) return undefined;
  const { properties } = cell;
  if (await isEmbedded(properties, ADMIN_TIMEOUT_MS)) return embeddedCare(properties, settleMs);
  const topics = new FreshTopics(properties);
  const topic = `load-settle-${id.slice(0, 8)}`;
  const replicationFactor = Object.values(cell.topics)[0]!.replicationFactor;
  const known = idleUs === null ? {} : { idleUs };
  let probe: SettleProbe | undefined;
  try {
    probe = await openSettle(properties, settleMs, { topic, replicationFactor, ...known });
    idleUs ??= await probe.baseline();
  } catch (error) {
    await probe?.close();
    probe = undefined;
    onWarning(`no pauses between runs, because topic ${topic} cannot be used: ${(error as Error).message}`);
  }
  return {
    idleUs: probe === undefined ? null : idleUs,
    settle: async (signal) => (await probe?.settle(signal)) ?? { waitedMs: 0, reached: false },
    before: (names, isAgain) => topics.before(names, isAgain),
    after: (names) => topics.after(names),
    close: async () => probe?.close(),
  };
}

/** Of another process, `load embedded`: it is idle at once, and may be gone. */
function embeddedCare(properties: Readonly<Record<string, string>>, settleMs: number): OpenCare {
  const ping = async () => {
    const startMs = performance.now();
    const answers = await isEmbedded(properties, PING_TIMEOUT_MS).catch(() => null);
    return answers === null ? null : (performance.now() - startMs) * US_PER_MS;
  };
  const probe = settleProbe(ping, settleMs);
  return {
    idleUs: null,
    isShared: true,
    settle: (signal) => probe.settle(signal),
    before: async () => {},
    after: async () => {},
    close: async () => {},
  };
}

async function isEmbedded(properties: Readonly<Record<string, string>>, timeoutMs: number): Promise<boolean> {
  const admin = new Admin(properties, timeoutMs);
  try {
    return await admin.isEmbedded();
  } finally {
    await admin.close();
  }
}

/** The part of Admin that is needed. */
export type TopicAdmin = Pick<Admin, 'topics' | 'deleteTopics' | 'close'>;

export class FreshTopics {
  readonly #open: () => TopicAdmin;

  constructor(properties: Readonly<Record<string, string>>, open = () => new Admin(properties, TOPIC_TIMEOUT_MS)) {
    this.#open = open;
  }

  /**
   * Before a run: none of them may be there. What an attempt of the same run left, which was killed, is deleted.
   * @throws LoadError where one is there that no run of the experiment made.
   */
  async before(topics: readonly string[], isAgain: boolean): Promise<void> {
    await this.#withAdmin(async (admin) => {
      const there = (await admin.topics(topics)).filter(({ partitions }) => partitions > 0).map(({ name }) => name);
      if (there.length === 0) return;
      if (!isAgain) {
        const [are, were] = there.length === 1 ? ['is', 'was'] : ['are', 'were'];
        const message = `${topicList(there)} ${are} there already, and ${were} not made by this experiment`;
        throw new LoadError('TOPIC', message, { hint: 'delete or rename it' });
      }
      await admin.deleteTopics(there);
    });
  }

  /** After a run, whatever came of it. */
  async after(topics: readonly string[]): Promise<void> {
    await this.#withAdmin(async (admin) => {
      await admin.deleteTopics(topics);
    });
  }

  async #withAdmin(use: (admin: TopicAdmin) => Promise<void>): Promise<void> {
    const admin = this.#open();
    try {
      await use(admin);
    } finally {
      await admin.close();
    }
  }
}
