/** A run with a schema registry, as built: asked before anything is sent, and its credentials nowhere to be found. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run } from '../../dist/src/index.js';
import { startRegistry } from '../registry/fake-registry.ts';
import { profileFile } from './profile-file.ts';

const PASSWORD = 'sw0rdf1sh/é';

function profileOf(schemaRegistry: Readonly<Record<string, unknown>>): string {
  const constant = { executor: 'constant-arrival-rate', rate: 20, duration: '500ms' };
  return profileFile({ workload: 'atm', params: {}, ...constant }, { schemaRegistry });
}

test('credentials in the address reach the registry and nothing else', async () => {
  await using server = await startRegistry();
  const address = server.url.replace('//', `//me:${encodeURIComponent(PASSWORD)}@`);
  const out = mkdtempSync(join(tmpdir(), 'registry-'));
  try {
    const { result } = await run(profileOf({ url: address }), {
      env: {},
      out,
      allowInvalid: true,
      command: `load --schema-registry-url ${address}`,
    });
    const basic = Buffer.from(`me:${PASSWORD}`).toString('base64');
    expect(server.questions).toHaveLength(1);
    expect(server.questions[0]!.headers.authorization).toBe(`Basic ${basic}`);
    expect(result.totals.acked).toBe(10);
    expect(result.run.notes).toContain(`s: schema id 101 of subject t-value, registered at ${server.url}`);
    const texts = readdirSync(out).map((name) => readFileSync(join(out, name), 'utf8'));
    expect(texts.join('\n')).toContain(server.url);
    for (const text of [...texts, JSON.stringify(result)]) {
      for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), basic]) expect(text).not.toContain(secret);
    }
  } finally {
    rmSync(out, { recursive: true });
  }
});

test('a registry that refuses is the end before there is a target', async () => {
  await using server = await startRegistry();
  server.replies.push({ status: 403, body: { error_code: 403, message: `no writing for ${PASSWORD}` } });
  let isReady = false;
  const refused = run(profileOf({ url: server.url, 'basic.auth.user.info': `me:${PASSWORD}` }), {
    env: {},
    onReady: () => {
      isReady = true;
    },
  });
  await expect(refused).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    exitCode: 1,
    message: expect.stringContaining('subject t-value: 403: no writing for ***'),
  });
  expect(isReady).toBe(false);
});
