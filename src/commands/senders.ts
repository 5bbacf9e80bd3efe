/** `load senders`: takes alerts from the queue and sends them, some of them in vain. */
import { EXIT, type ExitCode } from '../errors.ts';
import { addTotals, type SenderTotals, type SendResult } from '../roles/metrics-store.ts';
import { runSender } from '../roles/sender.ts';
import { formatCount } from '../units.ts';
import { isSet, logLevelOf } from './flags.ts';
import type { Invocation } from './invocation.ts';
import { Messages } from './messages.ts';
import { openMetricsWriter, openQueue, type RoleLog, roleLog } from './role-back-ends.ts';
import { totalsJson, totalsTable, totalsText } from './role-totals.ts';
import { readSendersSettings, type SendersSettings } from './sender-settings.ts';

const PROGRESS_EVERY_MS = 5_000;

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const level = logLevelOf(values);
  const messages = new Messages(terminal.stderr, { level, quiet: isSet(values, 'quiet') });
  const settings = await readSendersSettings(values);
  const tally = new Tally(settings);
  const stop = new AbortController();
  let exitCode: ExitCode = EXIT.ok;
  terminal.onInterrupt(({ by }) => {
    exitCode = by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
    messages.note(`${by}: no more is taken, what is in hand is finished; once more ends at once`);
    stop.abort();
  });
  try {
    await send(settings, tally, stop, messages, roleLog(settings, level, messages));
  } finally {
    messages.close();
    const { totals } = tally;
    const text = settings.format === 'json' ? JSON.stringify(totalsJson(totals)) : totalsTable(totals);
    terminal.stdout.write(`${text}\n`);
  }
  return exitCode;
}

async function send(
  settings: SendersSettings,
  tally: Tally,
  stop: AbortController,
  messages: Messages,
  log: RoleLog,
): Promise<void> {
  const metrics = await openMetricsWriter(settings, log);
  try {
    const queue = await openQueue(settings, settings.group, log);
    const saying = setInterval(() => messages.note(tally.progress()), PROGRESS_EVERY_MS);
    try {
      messages.note(describeStart(settings));
      const context = { queue, metrics, seed: settings.seed, signal: stop.signal };
      const onResult = (result: SendResult) => tally.add(result);
      // One that cannot go on ends the others as well, each after what it has in hand.
      const ends = settings.senders.map((spec) =>
        runSender(spec, { ...context, onResult }).finally(() => stop.abort()),
      );
      const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    } finally {
      clearInterval(saying);
      await queue.close();
    }
  } finally {
    await metrics.close();
  }
}

/** What the senders of this process did since it started; the monitor knows about all. */
class Tally {
  readonly totals = new Map<string, SenderTotals>();
  #said = 0;

  constructor({ senders }: SendersSettings) {
    for (const { name } of senders) this.totals.set(name, { sent: 0, failed: 0, processingUs: 0 });
  }

  add({ sender, outcome, processingUs }: SendResult): void {
    const before = this.totals.get(sender)!;
    this.totals.set(sender, {
      ...before,
      [outcome]: before[outcome] + 1,
      processingUs: before.processingUs + processingUs,
    });
  }

  progress(): string {
    const { sent, failed } = addTotals(this.totals.values());
    const perSec = ((sent + failed - this.#said) * 1000) / PROGRESS_EVERY_MS;
    this.#said = sent + failed;
    return `${totalsText(this.totals)}, ${formatCount(perSec, 1)}/s now`;
  }
}

function describeStart({ senders, queueTopic, resultsTopic, properties, group }: SendersSettings): string {
  const count = senders.length === 1 ? '1 sender takes' : `${senders.length} senders take`;
  const where = `${queueTopic.name} at ${properties['bootstrap.servers']} as group ${group}`;
  return `${count} messages from ${where}; results go to ${resultsTopic.name}`;
}
