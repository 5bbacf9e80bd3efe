/** A TCP proxy in front of a broker that can damage a Produce request on its way, as a bad network card does. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

const PRODUCE = 0;
/** From the end of the request: in the value of its last record, where the batch's checksum notices it. */
const FLIP_AT = 24;

export interface CorruptingProxy {
  readonly address: string;
  /** Where to connect; before the first client does. */
  forwardTo(hostAndPort: string): void;
  /**
   * The next Produce request waits for the one after it; then a bit of it is flipped and both go on. The broker refuses the
   * first (CORRUPT_MESSAGE, which clients try again) and takes the second, which thereby overtakes it.
   */
  corruptNext(): void;
  /** How many requests it has damaged. */
  readonly corrupted: number;
  close(): Promise<void>;
}

export async function startCorruptingProxy(): Promise<CorruptingProxy> {
  let target = '';
  let wanted = 0;
  let corrupted = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const [host, port] = target.split(':');
    const broker = connect(Number(port), host);
    for (const socket of [client, broker]) {
      sockets.add(socket);
      socket.setNoDelay();
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        broker.destroy();
      });
    }
    broker.pipe(client);
    let held: Buffer | undefined;
    client.on(
      'data',
      requests((request) => {
        if (held !== undefined && isProduce(request)) {
          held[held.length - FLIP_AT]! ^= 1;
          corrupted++;
          broker.write(held);
          held = undefined;
        } else if (wanted > 0 && isProduce(request)) {
          wanted--;
          held = request;
          return;
        }
        broker.write(request);
      }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    forwardTo: (hostAndPort) => {
      target = hostAndPort;
    },
    corruptNext: () => {
      wanted++;
    },
    get corrupted() {
      return corrupted;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const isProduce = (request: Buffer) => request.readInt16BE(4) === PRODUCE;

/** Cuts a stream into requests: a length of 4 bytes, then so many. */
function requests(take: (request: Buffer) => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const length = 4 + rest.readInt32BE(0);
      // A copy: it may be changed.
      take(Buffer.from(rest.subarray(0, length)));
      rest = rest.subarray(length);
    }
  };
}
