/** `--web`: read while a run goes on, as a page would; the rows add up to those of the result. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { LiveEvent } from '../../src/page/live/live-event.ts';
import { NOTHING, viewOf, withEvent } from '../../src/page/live/live-state.ts';
import { messagesIn } from '../../src/recorder/latency-series.ts';
import type { Result } from '../../src/result/result.ts';
import { ask, EventReader } from '../web/live-client.ts';
import { type Command, killCommands, startCommand, until } from './command.ts';
import { profileFile } from './profile-file.ts';

afterAll(killCommands);

async function urlOf(command: Command): Promise<string> {
  await until(() => /live page at \S+\n/.test(command.said.err), command);
  return /live page at (\S+)\n/.exec(command.said.err)![1]!;
}

const directory = () => join(mkdtempSync(join(tmpdir(), 'live-page-')), 'out');
const stateOf = (events: readonly LiveEvent[]) =>
  events.reduce((state, event) => (event.kind === 'end' ? state : withEvent(state, event)), NOTHING);
const sum = <T>(list: readonly T[], of: (each: T) => number) => list.reduce((total, each) => total + of(each), 0);

test('what the page has adds up to the result, and the last it gets is the report', async () => {
  const out = directory();
  const scenario = { workload: 'atm', executor: 'constant-arrival-rate', rate: 3_000, duration: '4s', warmup: '1s' };
  const profile = profileFile({}, { topics: {}, scenarios: { a: scenario, b: { ...scenario, rate: 500 } } });
  const run = startCommand(['run', profile, '--web', '--quiet', '--out', out, '--allow-invalid']);
  const url = await urlOf(run);
  const early = new EventReader(url);
  await early.until((events) => events.filter(({ kind }) => kind === 'second').length >= 2);
  const late = new EventReader(url);
  await late.until(({ length }) => length > 0);
  // One that leaves changes nothing.
  const other = new EventReader(url);
  await other.until(({ length }) => length > 0);
  other.close();
  expect((await run.ended).code).toBe(0);
  const result = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as Result;
  expect(result.run.command).toContain('.yaml --web --quiet');
  const report = readFileSync(join(out, 'report.html'), 'utf8');
  for (const reader of [early, late]) {
    await reader.closed;
    const view = viewOf(stateOf(reader.events));
    expect(view.rows.map(({ second, sent, acked, failed }) => [second, sent, acked, failed])).toEqual(
      result.series.map(({ second, sent, acked, failed }) => [second, sent, acked, failed]),
    );
    const { totals, warmup } = result;
    expect(sum(view.rows, ({ sent }) => sent)).toBe(totals.sent + warmup!.totals.sent);
    expect(sum(view.rows, ({ acked }) => acked)).toBe(totals.acked + warmup!.totals.acked);
    expect(sum(view.latencies!, messagesIn)).toBe(totals.acked + warmup!.totals.acked);
    expect(Object.keys(view.scenarios)).toEqual(['a', 'b']);
    expect(sum(view.scenarios.b!, ({ sent }) => sent)).toBe(2_000);
    expect(reader.events.filter(({ kind }) => kind === 'start')).toHaveLength(1);
    expect(reader.events.at(-1)).toEqual({ kind: 'end', report });
  }
  await expect(ask(url)).rejects.toThrow('ECONNREFUSED');
});

test('a port in use ends it before anything is sent', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const { code, err, out } = await startCommand(['run', 'smoke', '--web', String(port), '--out', 'none']).ended;
  taken.close();
  expect(code).toBe(1);
  expect(err).toBe(
    `error: the live page's port 127.0.0.1:${port} is in use\n  --web without a port picks a free port\n`,
  );
  expect(out).toBe('');
});
