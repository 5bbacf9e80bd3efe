/**
 * What was sent until now, for a page that comes late or comes back: every second of the run under way in one event, and
 * of everything else the last. Rows are kept as the JSON they were sent as, so that another page costs a copy.
 */
import { randomBytes } from 'node:crypto';
import type { LiveEvent, LiveSeconds } from '../page/live/live-event.ts';
import { redactTexts } from '../secrets.ts';

interface Kept {
  readonly id: number;
  readonly json: string;
}

/** The entries of each list with commas between them. */
interface KeptSeconds {
  readonly id: number;
  readonly rows: string;
  readonly latencies: string;
  readonly errors: string;
  readonly scenarioRows: Readonly<Record<string, string>>;
  readonly consumerRows: Readonly<Record<string, string>>;
}

export class LiveHistory {
  /** Of this process: a page that was open before knows numbers of another. */
  readonly #tag = randomBytes(4).toString('hex');
  #id = 0;
  #last: Partial<Record<'experiment' | 'start' | 'progress' | 'end', Kept>> = {};
  /** Those of messages, and those of consumer groups. */
  #curves: Kept | undefined;
  #seconds: KeptSeconds[] = [];

  /** @returns the event as it is sent to everyone. */
  add(event: LiveEvent): Buffer {
    const id = ++this.#id;
    if (event.kind === 'second') {
      const seconds = keptSeconds(id, event);
      this.#seconds.push(seconds);
      if (event.curves !== undefined) this.#curves = { id, json: curvesJson(event) };
      return this.#frame(id, secondsJson([seconds], this.#curves?.id === id ? this.#curves : undefined));
    }
    if (event.kind === 'start') {
      this.#seconds = [];
      this.#curves = undefined;
      delete this.#last.progress;
    }
    // A report is written without secrets, and may be long.
    const kept = { id, json: event.kind === 'end' ? JSON.stringify(event) : textOf(event) };
    this.#last[event.kind] = kept;
    return this.#frame(id, kept.json);
  }

  /** @param lastSeen the id of the last event that a page has; all is new to one that has none, or another run's. */
  since(lastSeen: string | undefined): Buffer {
    const [tag, number] = lastSeen?.split('-') ?? [];
    const seen = tag === this.#tag ? Number(number) : 0;
    const seconds = this.#seconds.filter(({ id }) => id > seen);
    const curves = this.#curves !== undefined && this.#curves.id > seen ? this.#curves : undefined;
    const { experiment, start, progress, end } = this.#last;
    const frames = [experiment, start].flatMap((kept) => this.#unseen(kept, seen));
    if (seconds.length > 0) frames.push(this.#frame(seconds.at(-1)!.id, secondsJson(seconds, curves)));
    frames.push(...[progress, end].flatMap((kept) => this.#unseen(kept, seen)));
    // The newest of all: what was skipped is older than it.
    frames.push(Buffer.from(`id: ${this.#tag}-${this.#id}\n\n`));
    return Buffer.concat(frames);
  }

  #unseen(kept: Kept | undefined, seen: number): Buffer[] {
    return kept !== undefined && kept.id > seen ? [this.#frame(kept.id, kept.json)] : [];
  }

  #frame(id: number, json: string): Buffer {
    return Buffer.from(`id: ${this.#tag}-${id}\ndata: ${json}\n\n`);
  }
}

function keptSeconds(
  id: number,
  { rows, latencies, errors = [], scenarioRows, consumerRows }: LiveSeconds,
): KeptSeconds {
  const byName = (all: Readonly<Record<string, readonly unknown[]>> = {}) =>
    Object.fromEntries(Object.entries(all).map(([name, own]) => [name, entriesOf(own)]));
  return {
    ...{ id, rows: entriesOf(rows), latencies: entriesOf(latencies), errors: entriesOf(errors) },
    ...{ scenarioRows: byName(scenarioRows), consumerRows: byName(consumerRows) },
  };
}

function curvesJson({ curves, consumerCurves }: LiveSeconds): string {
  const ofGroups = consumerCurves === undefined ? '' : `,"consumerCurves":${textOf(consumerCurves)}`;
  return `"curves":${textOf(curves)}${ofGroups}`;
}

function secondsJson(seconds: readonly KeptSeconds[], curves: Kept | undefined): string {
  const list = (of: (each: KeptSeconds) => string | undefined) => `[${seconds.map(of).filter(Boolean).join(',')}]`;
  const byName = (of: 'scenarioRows' | 'consumerRows') => {
    const names = Object.keys(seconds.at(-1)![of]);
    const lists = names.map((name) => `${textOf(name)}:${list((each) => each[of][name])}`);
    return names.length > 0 ? [`"${of}":{${lists.join(',')}}`] : [];
  };
  return [
    `{"kind":"second","rows":${list(({ rows }) => rows)},"latencies":${list(({ latencies }) => latencies)}`,
    ...(seconds.some(({ errors }) => errors !== '') ? [`"errors":${list(({ errors }) => errors)}`] : []),
    ...byName('scenarioRows'),
    ...byName('consumerRows'),
    ...(curves === undefined ? [] : [curves.json]),
  ]
    .join(',')
    .concat('}');
}

function entriesOf(list: readonly unknown[]): string {
  return list.map((entry) => JSON.stringify(entry)).join(',');
}

/** Numbers were measured: only texts can hold a secret. */
function textOf(value: unknown): string {
  return JSON.stringify(redactTexts(value, []));
}
