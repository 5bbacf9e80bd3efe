import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { MESSAGE_BYTES_MAX } from '../../src/shards/bus.ts';
import { frameOf } from '../../src/shards/frame.ts';
import { FrameAppender, FrameReader } from '../../src/shards/frame-file.ts';
import { openBus } from '../../src/shards/open-bus.ts';

const text = (message: Uint8Array) => Buffer.from(message).toString();
const newFolder = () => mkdtempSync(join(tmpdir(), 'bus-'));
const open = (path: string, shard: number, instance = `${shard}`, id = 'run') =>
  openBus({ kind: 'directory', path }, { id, shard, instance });

afterEach(() => {
  vi.restoreAllMocks();
});

/** What happens next: a piece of a sender's frames gets into its file, or a reader looks. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('write' as const), sender: fc.nat(2), bytes: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ kind: fc.constant('read' as const), reader: fc.nat(1) }),
);
const messages = fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 6 });

test('readers hear each whole frame once and in order, wherever they look into what is being written', async () => {
  const folder = newFolder();
  let round = 0;
  const property = fc.asyncProperty(fc.tuple(messages, messages, messages), fc.array(step), async (sent, steps) => {
    round++;
    const paths = sent.map((_, sender) => join(folder, `${round}-${sender}`));
    const frames = sent.map((of) => Buffer.concat(of.map(frameOf)));
    const written = sent.map(() => 0);
    const readers = [0, 1].map(() => {
      const heard: string[][] = sent.map(() => []);
      return { heard, files: paths.map((path) => new FrameReader(path)) };
    });
    const write = (sender: number, bytes: number) => {
      appendFileSync(paths[sender]!, frames[sender]!.subarray(written[sender]!, written[sender]! + bytes));
      written[sender] = Math.min(written[sender]! + bytes, frames[sender]!.length);
    };
    const read = async ({ heard, files }: (typeof readers)[number]) => {
      for (const [sender, file] of files.entries()) {
        await file.read((message) => heard[sender]!.push(Buffer.from(message).toString('hex')));
        const whole = wholeIn(sent[sender]!, written[sender]!);
        expect(heard[sender]).toEqual(whole.map((message) => Buffer.from(message).toString('hex')));
      }
    };
    for (const each of steps) {
      if (each.kind === 'write') write(each.sender, each.bytes);
      else await read(readers[each.reader]!);
    }
    for (const sender of sent.keys()) write(sender, frames[sender]!.length);
    for (const reader of readers) await read(reader);
  });
  await fc.assert(property, { numRuns: 60 });
});

/** Those of which every byte is written. */
function wholeIn(sent: readonly Uint8Array[], written: number): Uint8Array[] {
  let end = 0;
  return sent.filter((message) => {
    end += frameOf(message).length;
    return end <= written;
  });
}

test('both channels, from the first message on, also to who comes late', async () => {
  const folder = join(newFolder(), 'not', 'yet');
  const [first, second] = [await open(folder, 0), await open(folder, 1)];
  const early: string[] = [];
  const listening = second.listen('control', (message) => early.push(text(message)));
  await listening.caughtUp;
  expect(early).toEqual([]);
  await Promise.all([first.send('control', Buffer.from('a')), first.send('control', Buffer.from('b'))]);
  await second.send('data', Buffer.alloc(MESSAGE_BYTES_MAX, 'x'));
  await second.send('data', Buffer.from('y'));
  await vi.waitFor(() => expect(early).toEqual(['a', 'b']));

  const late: string[] = [];
  const data: number[] = [];
  await first.listen('control', (message) => late.push(text(message))).caughtUp;
  await first.listen('data', (message) => data.push(message.length)).caughtUp;
  expect(late).toEqual(['a', 'b']);
  expect(data).toEqual([MESSAGE_BYTES_MAX, 1]);
  expect([first.bytesSent, second.bytesSent]).toEqual([2, MESSAGE_BYTES_MAX + 1]);
  await Promise.all([first.close(), second.close()]);
  await listening.closed;
});

test('runs in one directory do not hear each other; removing one leaves the other, and what is not the bus’s', async () => {
  const folder = newFolder();
  const [one, other] = [await open(folder, 0, '0', 'one'), await open(folder, 0, '0', 'other')];
  await one.send('control', Buffer.from('1'));
  await other.send('control', Buffer.from('2'));
  writeFileSync(join(folder, 'load-bus-other', 'control-0-0.bak'), 'no frame at all, but long enough for one');
  const heard: string[] = [];
  await other.listen('control', (message) => heard.push(text(message))).caughtUp;
  expect(heard).toEqual(['2']);
  writeFileSync(join(folder, 'load-bus-other', 'mine.txt'), '');
  await one.remove();
  await other.remove();
  expect(readdirSync(folder)).toEqual(['load-bus-other']);
  expect(readdirSync(join(folder, 'load-bus-other'))).toEqual(['control-0-0.bak', 'mine.txt']);
  await Promise.all([one.close(), other.close()]);
});

test('files that vanish are no longer read; a sender whose file vanished is told', async () => {
  const folder = newFolder();
  const bus = await open(folder, 0);
  await bus.send('control', Buffer.from('a'));
  const heard: string[] = [];
  const listening = bus.listen('control', (message) => heard.push(text(message)));
  await listening.caughtUp;
  rmSync(join(folder, 'load-bus-run', 'control-0-0'));
  const next = await open(folder, 1);
  await next.send('control', Buffer.from('b'));
  await vi.waitFor(() => expect(heard).toEqual(['a', 'b']));
  await expect(bus.send('control', Buffer.from('c'))).rejects.toThrow('control-0-0 is damaged at byte 0: 9 bytes');
  rmSync(join(folder, 'load-bus-run'), { recursive: true });
  const gone = { message: expect.stringContaining('ENOENT'), exitCode: 1 };
  await expect(next.send('control', Buffer.from('d'))).rejects.toMatchObject(gone);
  listening.close();
  await listening.closed;
  await Promise.all([bus.close(), next.close()]);
});

test('a damaged frame is an error with file and place, once its bytes had time to arrive', async () => {
  const path = join(newFolder(), 'frames');
  const frame = frameOf(Buffer.from('whole'));
  writeFileSync(path, Buffer.concat([frame, Buffer.alloc(frame.length), frame]));
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  const heard: string[] = [];
  const reader = new FrameReader(path);
  const read = () => reader.read((message) => heard.push(text(message)));
  await read();
  expect([heard, reader.isDoubtful]).toEqual([['whole'], true]);
  now.mockReturnValue(5_999);
  await read();
  now.mockReturnValue(6_000);
  await expect(read()).rejects.toThrow(`${path} is damaged at byte ${frame.length}: length and checksum`);

  // The same bytes, late.
  writeFileSync(path, Buffer.concat([frame, frame, frame]));
  await read();
  expect([heard, reader.isDoubtful]).toEqual([['whole', 'whole', 'whole'], false]);
  truncateSync(path, 5);
  await expect(read()).rejects.toThrow(`${path} is damaged at byte 5: ${3 * frame.length} bytes`);
});

test('who listens learns of damage, before it has caught up and later', async () => {
  const folder = newFolder();
  const bus = await open(folder, 0);
  const later = bus.listen('data', () => {});
  await later.caughtUp;
  writeFileSync(join(folder, 'load-bus-run', 'data-1-1'), Buffer.alloc(20));
  let nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += 3_000;
    return nowMs;
  });
  const before = bus.listen('data', () => {});
  await expect(before.caughtUp).rejects.toThrow('data-1-1 is damaged at byte 0');
  await expect(later.closed).rejects.toThrow('data-1-1 is damaged at byte 0');
  await bus.close();
});

test('damage of one file leaves the others, where somebody takes note of it', async () => {
  const folder = newFolder();
  const bus = await open(folder, 2);
  writeFileSync(join(folder, 'load-bus-run', 'data-1-1'), Buffer.alloc(20));
  let nowMs = 1_000;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    nowMs += 3_000;
    return nowMs;
  });
  const [heard, damaged]: [string[], unknown[]] = [[], []];
  const listening = bus.listen(
    'data',
    (message) => heard.push(text(message)),
    (sender, reason) => damaged.push([sender, reason]),
  );
  await listening.caughtUp;
  await bus.send('data', Buffer.from('a'));
  await vi.waitFor(() => expect(heard).toEqual(['a']));
  expect(damaged).toEqual([[{ shard: 1, instance: '1' }, expect.stringContaining('data-1-1 is damaged at byte 0')]]);
  listening.close();
  await listening.closed;
  await bus.close();
});

test('a full disk is waited for, and messages keep their order', async () => {
  const folder = newFolder();
  const bus = await open(folder, 0);
  const file = join(folder, 'load-bus-run', 'data-0-0');
  // Its host is known: what follows goes to the file at once.
  await bus.send('control', Buffer.from('hello'));
  symlinkSync('/dev/full', file);
  const sent = ['a', 'b'].map((message) => bus.send('data', Buffer.from(message)));
  for (let i = 0; i < 5; i++) {
    await expect(new FrameAppender(file).append(Buffer.from('x'))).rejects.toMatchObject({ code: 'ENOSPC' });
  }
  rmSync(file);
  await Promise.all(sent);
  const heard: string[] = [];
  await bus.listen('data', (message) => heard.push(text(message))).caughtUp;
  expect(heard).toEqual(['a', 'b']);
  await bus.close();
});

test('half a frame of an append that failed is cut off before the next one', async () => {
  const path = join(newFolder(), 'frames');
  const appender = new FrameAppender(path);
  await appender.append(Buffer.from('a'));
  appendFileSync(path, frameOf(Buffer.from('lost')).subarray(0, 9));
  await appender.append(Buffer.from('b'));
  const heard: string[] = [];
  await new FrameReader(path).read((message) => heard.push(text(message)));
  expect(heard).toEqual(['a', 'b']);
});

test('where the bus cannot be', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'file'), '');
  await expect(open(join(folder, 'file'), 0)).rejects.toMatchObject({
    ...{ code: 'BUS_DIRECTORY', exitCode: 2, hint: expect.stringContaining('--bus') },
    message: expect.stringMatching(/^the bus: .*file\/load-bus-run cannot be written: ENOTDIR/),
  });
  const id = (id: string) => open(folder, 0, '0', id);
  await expect(id('a b')).rejects.toMatchObject({ code: 'BAD_INPUT', message: expect.stringContaining('`a b`') });
  await expect(id('x'.repeat(201))).rejects.toMatchObject({ code: 'BAD_INPUT' });
  await expect(id('../x')).rejects.toMatchObject({ code: 'BAD_INPUT' });
  const bus = await id('..');
  expect(existsSync(join(folder, 'load-bus-..'))).toBe(true);
  await expect(bus.send('data', Buffer.alloc(0))).rejects.toThrow('a message of 0 bytes');
  await expect(bus.send('data', Buffer.alloc(MESSAGE_BYTES_MAX + 1))).rejects.toThrow('1000001 bytes');
  await bus.close();
});

test('what a listener throws comes back as it is', async () => {
  const bus = await open(newFolder(), 0);
  await bus.send('control', Buffer.from('a'));
  const listening = bus.listen('control', () => {
    throw new Error('of the listener');
  });
  await expect(listening.caughtUp).rejects.toThrow(/^of the listener$/);
  await expect(listening.closed).rejects.toThrow(/^of the listener$/);
  await bus.close();
});

test('the clock is the one of shard 0: known on its host, unknown elsewhere', async () => {
  const folder = newFolder();
  const [first, second] = [await open(folder, 0), await open(folder, 1)];
  expect(await first.clockOffset()).toEqual({ minUs: 0, maxUs: 0 });
  expect(await second.clockOffset()).toBeUndefined();
  await first.send('control', Buffer.from('hello'));
  expect(await second.clockOffset()).toEqual({ minUs: 0, maxUs: 0 });
  writeFileSync(join(folder, 'load-bus-run', 'host-0-abc'), 'another');
  expect(await second.clockOffset()).toBeUndefined();
  await Promise.all([first.close(), second.close()]);
});

test('a directory that is gone has nothing to hear', async () => {
  const folder = newFolder();
  const bus = await open(folder, 0);
  rmSync(folder, { recursive: true });
  await bus.listen('control', () => {}).caughtUp;
  mkdirSync(folder);
  await bus.remove();
  await bus.close();
});
