/**
 * What goes wrong on purpose, at its time on the run's clock: faults of the embedded cluster, and commands for any other.
 * Each becomes an event of the result. What a fault broke is mended when the run is over, however it ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { monotonicMs } from '../clock.ts';
import type { Finding, FinishedRun, Observer, ReadyRun, StartedRun } from '../coordinator/observer.ts';
import type { FaultAction, FaultSpec } from '../profile/profile.ts';
import { FAULT_ERRORS } from '../profile/schema/faults-schema.ts';
import type { RunEvent } from '../result/result.ts';
import { scrub } from '../secrets.ts';
import { formatCount, formatDuration, MS_PER_SEC, NS_PER_MS } from '../units.ts';
import { FaultCommand } from './fault-command.ts';

/** How long a command that mends may take when the run is over. */
const MEND_MS = 10_000;
const TEXT_MAX = 100;

export interface FaultLog {
  readonly log: (line: string) => void;
  readonly warn: (warning: string) => void;
}

interface Running {
  readonly action: FaultAction;
  /** It has a `for`. */
  readonly hasEnd: boolean;
  readonly event: { at: number; until?: number; text: string };
  command?: FaultCommand;
}

export class FaultObserver implements Observer {
  readonly #faults: readonly FaultSpec[];
  readonly #out: FaultLog;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #events: Running['event'][] = [];
  /** Those that last, in the order in which they began. */
  readonly #running: Running[] = [];
  /** Commands that mend, as they end. */
  readonly #mending = new Set<Promise<void>>();
  #run: ReadyRun | undefined;

  constructor(faults: readonly FaultSpec[], out: FaultLog) {
    this.#faults = faults;
    this.#out = out;
  }

  start(run: StartedRun): void {
    this.#run = run;
    for (const fault of this.#faults) this.#at(fault.atNs, () => this.#begin(fault));
  }

  #at(atNs: number, act: () => void): void {
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        act();
      },
      this.#run!.reader.epochMs + atNs / NS_PER_MS - monotonicMs(),
    );
    this.#timers.add(timer);
  }

  #begin({ atNs, forNs, action }: FaultSpec): void {
    const running: Running = {
      action,
      hasEnd: forNs !== undefined,
      event: { at: this.#nowSec(), text: describeFault(action) },
    };
    this.#events.push(running.event);
    this.#out.log(running.event.text);
    if (action.kind === 'errors' || action.kind === 'leader') {
      this.#inject(action);
      return;
    }
    this.#running.push(running);
    if (action.kind === 'exec') this.#exec(running, action.command);
    else this.#apply();
    if (forNs !== undefined) this.#at(atNs + forNs, () => void this.#end(running));
  }

  #inject(action: Extract<FaultAction, { kind: 'errors' | 'leader' }>): void {
    const cluster = this.#run?.cluster;
    if (action.kind === 'leader') cluster?.setLeader(action.topic, action.partition, action.broker);
    else cluster?.failRequests(action.request, Array(action.count).fill(FAULT_ERRORS[action.error]!));
  }

  #exec(running: Running, command: string): void {
    const { event } = running;
    running.command = new FaultCommand({
      command,
      onLine: (line) => this.#out.log(`  ${scrub(line)}`),
      onEnd: ({ failure }) => {
        // With `for` it lasts until what it broke is mended.
        if (!running.hasEnd) event.until = this.#nowSec();
        if (failure === undefined) return;
        event.text += `: ${failure}`;
        this.#out.warn(`fault ${event.text}`);
      },
    });
  }

  /** The cluster as all faults that last now want it. */
  #apply(): void {
    const { cluster, plan } = this.#run!;
    if (cluster === undefined) return;
    const usualMs = plan.target.kind === 'embedded' ? plan.target.rttMs : 0;
    const actions = this.#running.map(({ action }) => action);
    const rtt = actions.findLast((action) => action.kind === 'rtt');
    cluster.setRtt(rtt?.rttMs ?? usualMs);
    const down = actions.filter((action) => action.kind === 'down');
    cluster.setDownOnly(
      down.some(({ brokers }) => brokers === 'all') ? 'all' : down.flatMap(({ brokers }) => [...brokers] as number[]),
    );
  }

  async #end(running: Running): Promise<void> {
    const at = this.#running.indexOf(running);
    if (at < 0) return;
    this.#running.splice(at, 1);
    const { action, event, command } = running;
    if (action.kind !== 'exec') {
      event.until = this.#nowSec();
      this.#apply();
      this.#out.log(`${event.text}: over`);
      return;
    }
    await command?.kill();
    event.until ??= this.#nowSec();
    if (action.until !== undefined) await this.#mend(action.until);
  }

  async #mend(command: string): Promise<void> {
    const text = `exec: ${shortened(command)}`;
    this.#out.log(text);
    const mending = new FaultCommand({
      command,
      onLine: (line) => this.#out.log(`  ${scrub(line)}`),
      onEnd: ({ failure }) => {
        if (failure !== undefined) this.#out.warn(`fault ${text}: ${failure}: what \`exec\` broke may still be broken`);
      },
    });
    const done = Promise.race([mending.ended, sleep(MEND_MS, undefined, { ref: false })]).then(() => mending.kill());
    this.#mending.add(done);
    await done;
    this.#mending.delete(done);
  }

  async finish({ series }: FinishedRun): Promise<Finding> {
    const endSec = Math.max(this.#nowSec(), series.length === 0 ? 0 : series.at(-1)!.second);
    await this.close();
    const events = this.#events.map(({ at, until, text }): RunEvent => {
      return { at, kind: 'fault', text, ...(until !== undefined && { until: Math.min(until, endSec) }) };
    });
    return { events };
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running.toReversed().map((running) => this.#end(running)));
    await Promise.all(this.#mending);
  }

  #nowSec(): number {
    return Math.max(0, (monotonicMs() - this.#run!.reader.epochMs) / MS_PER_SEC);
  }
}

export function describeFault(action: FaultAction): string {
  switch (action.kind) {
    case 'rtt':
      return `round trip ${formatDuration(action.rttMs * NS_PER_MS)}`;
    case 'down':
      if (action.brokers === 'all') return 'all brokers down';
      return `broker${action.brokers.length === 1 ? '' : 's'} ${action.brokers.join(', ')} down`;
    case 'errors':
      return `${action.error} for ${formatCount(action.count)} ${action.request} request${action.count === 1 ? '' : 's'} of each broker`;
    case 'leader':
      return `leader of ${action.topic}[${action.partition}] moves to broker ${action.broker}`;
    case 'exec':
      return `exec: ${shortened(action.command)}`;
  }
}

function shortened(command: string): string {
  const text = scrub(command).replaceAll(/\s+/g, ' ').trim();
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1)}…` : text;
}
