/** Topics of one run each: they are deleted after it, and no other ones. */
import { LoadError } from '../errors.ts';
import { Admin } from '../transport/librdkafka/admin.ts';

const ADMIN_TIMEOUT_MS = 10_000;

/** The part of Admin that is needed. */
export type TopicAdmin = Pick<Admin, 'topic' | 'deleteTopic' | 'close'>;

export class FreshTopics {
  readonly #open: () => TopicAdmin;

  constructor(properties: Readonly<Record<string, string>>, open = () => new Admin(properties, ADMIN_TIMEOUT_MS)) {
    this.#open = open;
  }

  /**
   * Before a run: none of them may be there. What an attempt of the same run left, which was killed, is deleted.
   * @throws LoadError where one is there that no run of the experiment made.
   */
  async before(topics: readonly string[], isAgain: boolean): Promise<void> {
    await this.#withAdmin(async (admin) => {
      for (const topic of topics) {
        if ((await admin.topic(topic)).partitions === 0) continue;
        if (!isAgain) {
          throw new LoadError('TOPIC', `topic ${topic} is there already, and was not made by this experiment`, {
            hint: 'delete or rename it',
          });
        }
        await admin.deleteTopic(topic);
      }
    });
  }

  /** After a run, whatever came of it. */
  async after(topics: readonly string[]): Promise<void> {
    await this.#withAdmin(async (admin) => {
      for (const topic of topics) await admin.deleteTopic(topic);
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
