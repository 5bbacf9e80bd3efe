/** `--web`: the live page of a command, from its flags to an open port. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExperimentProgress } from '../compare/experiment-progress.ts';
import { InputError, type Problem } from '../errors.ts';
import { type ListenAddress, LOOPBACK, originOf, portProblem } from '../listening.ts';
import type { LiveEvent } from '../page/live/live-event.ts';
import { PAGE_FILE } from '../report/page-file.ts';
import type { Notices } from './notices.ts';
import { textValue, type Values } from './values.ts';

/**
 * undefined without `--web`.
 * @throws InputError with everything that is wrong about its flags.
 */
export function liveAddressOf(values: Values): ListenAddress | undefined {
  const [port, typed] = ['web', 'web-host'].map((name) => textValue(values, name));
  const host = typed && asInAddress(typed);
  const problems: (Problem | undefined)[] = [
    port === undefined ? undefined : portProblem(port, '--web'),
    typed === '' ? { place: '--web-host', message: 'the host is empty' } : undefined,
    host === null ? { place: '--web-host', message: `\`${typed}\` is not a host` } : undefined,
    typed !== undefined && port === undefined
      ? { place: '--web-host', message: 'there is no live page to listen for', hint: 'add --web' }
      : undefined,
  ];
  const found = problems.filter((problem) => problem !== undefined);
  if (found.length > 0) throw new InputError(found);
  return port === undefined ? undefined : { port: Number(port), host: host ?? LOOPBACK };
}

/** As browsers write it when they ask for it: `::1` of `[0:0::1]`, `127.0.0.1` of `127.1`. */
function asInAddress(host: string): string | null {
  const origin = originOf(withoutBrackets(host), 0);
  return /^[\w.:[\]-]+$/.test(host) && URL.canParse(origin) ? withoutBrackets(new URL(origin).hostname) : null;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

export interface LivePage {
  readonly send: (event: LiveEvent) => void;
  /** Of an experiment; the events of its runs are sent beside it. */
  readonly experiment: (progress: ExperimentProgress) => void;
  /** The report takes the page's place; where it cannot be made, the page is left as it is. */
  end(render: () => Promise<string>): Promise<void>;
  close(): void;
}

/** Of an experiment, as it was written. */
export function reportIn(directory: string): Promise<string> {
  return readFile(join(directory, PAGE_FILE), 'utf8');
}

/**
 * The page that the flags ask for, undefined where they ask for none.
 * @throws InputError for the flags, LoadError WEB_PORT when the port is not available.
 */
export async function openLivePage(
  values: Values,
  notices: Pick<Notices, 'note' | 'event' | 'warn'>,
): Promise<LivePage | undefined> {
  const address = liveAddressOf(values);
  if (address === undefined) return undefined;
  const [{ serveLive }, { loadAssets }, { experimentFeed }] = await Promise.all([
    import('../web/live-server.ts'),
    import('../web/live-assets.ts'),
    import('../web/experiment-feed.ts'),
  ]);
  const server = await serveLive(address, loadAssets);
  const told = `live page at ${server.url}`;
  // What nobody chose has to be printed, even with --quiet: a port, and a token.
  if (address.port === 0 || server.hasToken) notices.event(told);
  else notices.note(told);
  const send = (event: LiveEvent) => server.send(event);
  return {
    send,
    experiment: experimentFeed(send),
    async end(render) {
      try {
        await server.end(await render());
      } catch (error) {
        notices.warn(`the live page has no report: ${(error as Error).message}`);
      }
    },
    close: () => server.close(),
  };
}
