/** What `load run --format events` prints, out of a pod's log, in which lines of stderr stand between. */
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { Progress } from '../recorder/progress.ts';

/** A file of the result directory. */
export interface ResultFile {
  readonly name: string;
  readonly content: Buffer;
}

export type RunEvent =
  | { readonly event: 'start'; readonly run: string; readonly text: string }
  | { readonly event: 'progress'; readonly progress: Progress }
  | { readonly event: 'note' | 'warning'; readonly text: string }
  | { readonly event: 'file'; readonly file: ResultFile }
  | { readonly event: 'end'; readonly exitCode: number };

const LINE = z.discriminatedUnion('event', [
  z.looseObject({ event: z.literal('start'), run: z.string(), text: z.string() }),
  z.looseObject({
    event: z.literal('progress'),
    progress: z.looseObject({ phase: z.string(), elapsedNs: z.number(), sent: z.number() }),
  }),
  z.looseObject({ event: z.literal('note'), text: z.string() }),
  z.looseObject({ event: z.literal('warning'), text: z.string() }),
  // The name becomes a path.
  z.looseObject({ event: z.literal('file'), name: z.string().regex(/^[\w-][\w.-]*$/), gzip: z.base64() }),
  z.looseObject({ event: z.literal('end'), exitCode: z.int().min(0).max(255) }),
]);

/** Undefined where it is a line of something else, or of an engine that prints more than this one knows. */
export function readEvent(line: string): RunEvent | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  const { data } = LINE.safeParse(value);
  if (data === undefined) return undefined;
  switch (data.event) {
    case 'start':
      return { event: 'start', run: data.run, text: data.text };
    case 'progress':
      return { event: 'progress', progress: data.progress as unknown as Progress };
    case 'file': {
      const content = unzipped(data.gzip);
      return content && { event: 'file', file: { name: data.name, content } };
    }
    case 'end':
      return { event: 'end', exitCode: data.exitCode };
    default:
      return { event: data.event, text: data.text };
  }
}

/** Undefined where it was cut short. */
function unzipped(base64: string): Buffer | undefined {
  try {
    return gunzipSync(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}
