/** What a browser does with the live page, by hand: requests with any header, and the events as they come. */
import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http';
import type { LiveEvent } from '../../src/page/live/live-event.ts';

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

export async function ask(url: string, { method = 'GET', headers = {} }: Asked = {}): Promise<Answer> {
  const asking = request(url, { method, headers, agent: false });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  return { status: response.statusCode!, headers: response.headers, text };
}

/** Reads the events of a page until it is closed, by either side. */
export class EventReader {
  readonly events: LiveEvent[] = [];
  /** Of the last event. */
  id: string | undefined;
  /** When the other side has closed. */
  readonly closed: Promise<void>;
  readonly #request: ClientRequest;
  readonly #waiting = new Set<() => void>();

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#request = get(new URL('/events', url), { headers, agent: false });
    this.closed = this.#read().catch(() => {});
  }

  close(): void {
    this.#request.destroy();
  }

  /** Resolves when the events that have come are enough. */
  async until(isEnough: (events: readonly LiveEvent[]) => boolean): Promise<readonly LiveEvent[]> {
    while (!isEnough(this.events)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
    return this.events;
  }

  async #read(): Promise<void> {
    const [response] = (await once(this.#request, 'response')) as [IncomingMessage];
    let rest = '';
    for await (const chunk of response.setEncoding('utf8')) {
      const frames = (rest + chunk).split('\n\n');
      rest = frames.pop()!;
      for (const frame of frames) this.#take(frame);
      for (const resolve of this.#waiting) resolve();
      this.#waiting.clear();
    }
  }

  #take(frame: string): void {
    this.id = /^id: (.*)$/m.exec(frame)?.[1] ?? this.id;
    const data = /^data: (.*)$/m.exec(frame)?.[1];
    if (data !== undefined) this.events.push(JSON.parse(data) as LiveEvent);
  }
}
