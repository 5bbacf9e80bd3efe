/** `load senders`: takes alerts from the queue and sends them, some of them in vain. */
import { setMaxListeners } from 'node:events';
import { EXIT, type ExitCode } from '../../errors.ts';
import type { MetricsWriter } from '../../roles/metrics-store.ts';
import type { MessageQueue } from '../../roles/queue.ts';
import type { SendResult } from '../../roles/send-result.ts';
import { runSender } from '../../roles/sender.ts';
import type { Invocation } from '../invocation.ts';
import { openMetrics } from '../metrics/metrics-server.ts';
import { metricsSource } from '../metrics/metrics-source.ts';
import { Notices } from '../notices.ts';
import { isSet, logLevelOf } from '../values.ts';
import { openMetricsWriter, openQueue, roleLog } from './role-back-ends.ts';
import { totalsFamilies, totalsJson, totalsTable } from './role-totals.ts';
import { readSendersSettings, type SendersSettings } from './sender-settings.ts';
import { SenderTally } from './sender-tally.ts';

const PROGRESS_EVERY_MS = 5_000;

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const level = logLevelOf(values);
  const notices = new Notices(terminal.stderr, { level, quiet: isSet(values, 'quiet') });
  const settings = await readSendersSettings(values);
  for (const note of settings.notes) notices.note(note);
  const tally = new SenderTally(settings.senders.map(({ name }) => name));
  const stop = new AbortController();
  // Each sender listens, and sleeps, on it.
  setMaxListeners(0, stop.signal);
  let exitCode: ExitCode = EXIT.ok;
  const source = metricsSource({ queue: settings.queue.name }, () => totalsFamilies(tally.totals));
  const endpoint = await openMetrics(source, values, notices);
  try {
    const log = roleLog(settings, level, notices);
    const metrics = await openMetricsWriter(settings, log);
    try {
      const queue = await openQueue(settings, log);
      // Until here nothing was taken, and a signal simply ends the process.
      terminal.onInterrupt(({ by }) => {
        exitCode = by === 'SIGINT' ? EXIT.sigint : EXIT.sigterm;
        notices.note(`${by}: finishing the messages in progress; repeat to exit immediately`);
        stop.abort();
      });
      notices.note(describeStart(settings));
      try {
        await send(settings, { queue, metrics, tally, stop, notices });
      } finally {
        const { totals } = tally;
        const text = settings.format === 'json' ? JSON.stringify(totalsJson(totals)) : totalsTable(totals);
        terminal.stdout.write(`${text}\n`);
        await queue.close();
      }
    } finally {
      await metrics.close();
    }
  } finally {
    await endpoint?.close();
    notices.close();
  }
  return exitCode;
}

interface Sending {
  readonly queue: MessageQueue;
  readonly metrics: MetricsWriter;
  readonly tally: SenderTally;
  readonly stop: AbortController;
  readonly notices: Notices;
}

/** Until the signal. One that cannot go on ends the others as well, each after what it has in hand. */
async function send({ senders, seed }: SendersSettings, sending: Sending): Promise<void> {
  const { queue, metrics, tally, stop, notices } = sending;
  const progress = setInterval(() => notices.note(tally.progress()), PROGRESS_EVERY_MS);
  const context = { queue, metrics, seed, signal: stop.signal, onResult: (result: SendResult) => tally.add(result) };
  const ends = senders.map((spec) => runSender(spec, context).finally(() => stop.abort()));
  const failed = (await Promise.allSettled(ends)).find((end) => end.status === 'rejected');
  clearInterval(progress);
  if (failed !== undefined) throw failed.reason;
}

function describeStart({ senders, queue, results, group }: SendersSettings): string {
  const count = senders.length === 1 ? '1 sender takes' : `${senders.length} senders take`;
  const as = queue.url === undefined ? ` as group ${group}` : '';
  return `${count} messages from ${queue.shown}${as}; results go to ${results.shown}`;
}
