/** A schema registry of a few lines, in this process: what is asked is kept, and a test may answer in its place. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** What takes the registry's place for one question: an answer, or `hang` and `reset` for the connection. */
export type Reply =
  | {
      readonly status: number;
      readonly body?: unknown;
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'hang'
  | 'reset';

/** `schemaType` and `references` as a registry says them: only where they say something. */
export interface Stored {
  readonly id: number;
  readonly schema: string;
  readonly schemaType?: string;
  readonly references?: readonly { readonly name: string; readonly subject: string; readonly version: number }[];
}

export interface FakeRegistry extends AsyncDisposable {
  readonly url: string;
  readonly questions: readonly Question[];
  /** Answers to the next questions, in order; then the registry's own again. */
  readonly replies: Reply[];
  /** Schemas by subject, the index is the version − 1. */
  readonly subjects: Map<string, Stored[]>;
}

export async function startRegistry(tls?: ServerOptions): Promise<FakeRegistry> {
  const questions: Question[] = [];
  const replies: Reply[] = [];
  const subjects: FakeRegistry['subjects'] = new Map();
  const sockets = new Set<Socket>();
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const { method = '', url: path = '', headers } = request;
    const question = { method, path, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    questions.push(question);
    const reply = replies.shift() ?? answer(subjects, question);
    if (reply === 'hang') return;
    if (reply === 'reset') {
      request.socket.destroy();
      return;
    }
    const type = reply.text === undefined ? 'application/json' : 'text/html';
    response.writeHead(reply.status, { 'content-type': type, ...reply.headers });
    response.end(reply.text ?? JSON.stringify(reply.body));
  };
  const server = tls ? createTlsServer(tls, handle) : createServer(handle);
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    questions,
    replies,
    subjects,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Ids are counted over all subjects from 101 on; a schema without a field `ok` is incompatible with any other. */
function answer(subjects: FakeRegistry['subjects'], { method, path, body }: Question): Exclude<Reply, string> {
  const [, place = '', rest = ''] = /^(?:\/compatibility)?\/(subjects|schemas)\/(.*?)(?:\?.*)?$/.exec(path) ?? [];
  const schema = (body as { schema?: string } | undefined)?.schema;
  const all = [...subjects.values()].flat();
  if (place === 'schemas') {
    const found = all.find(({ id }) => `ids/${id}` === rest);
    if (found === undefined) return absent(40403, 'no such id');
    const { id: _, ...stored } = found;
    return { status: 200, body: stored };
  }
  const [subject = '', ...more] = rest.split('/').map(decodeURIComponent);
  const versions = subjects.get(subject);
  const known = versions?.findIndex((each) => each.schema === schema) ?? -1;
  const refused = versions !== undefined && known < 0 && schema?.includes('"ok"') === false;
  if (path.startsWith('/compatibility')) {
    if (versions === undefined) return absent(40401, 'no such subject');
    return {
      status: 200,
      body: { is_compatible: !refused, ...(refused && { messages: ['field x is gone', 'y too'] }) },
    };
  }
  if (method === 'POST' && more[0] === 'versions') {
    if (refused) return { status: 409, body: { error_code: 409, message: 'field x is gone' } };
    if (known >= 0) return { status: 200, body: { id: versions![known]!.id } };
    const id = 101 + all.length;
    subjects.set(subject, [...(versions ?? []), { id, schema: schema! }]);
    return { status: 200, body: { id } };
  }
  if (versions === undefined) return absent(40401, 'no such subject');
  const last = versions.length - 1;
  const index = method === 'POST' ? known : more[1] === 'latest' ? last : Number(more[1]) - 1;
  if (versions[index] === undefined) return absent(40403, 'no such schema');
  return { status: 200, body: { subject, version: index + 1, ...versions[index] } };
}

function absent(code: number, message: string): Exclude<Reply, string> {
  return { status: 404, body: { error_code: code, message } };
}
