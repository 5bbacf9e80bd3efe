import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bundledProfiles } from '../../src/profile/bundled.ts';
import { profileReference } from '../../src/profile/key-reference.ts';
import { profileJsonSchema } from '../../src/profile/schema/json-schema.ts';
import { workloads } from '../../src/workload/built-in/built-in.ts';

const HINT = 'not current: run `npm run build && node scripts/generate-profile-docs.mjs`';

test('the published JSON Schema is that of the code', () => {
  const published = JSON.parse(readFileSync('profiles/profile.schema.json', 'utf8'));
  expect(published, HINT).toEqual(profileJsonSchema(workloads));
});

test('the reference is that of the code, and says something about every key', () => {
  expect(readFileSync('docs/profile.md', 'utf8'), HINT).toBe(profileReference(workloads));
  expect(profileReference(workloads)).not.toMatch(/^\|.*\|\s*\|$/m);
  expect(profileReference(workloads)).not.toContain('undefined');
});

test('a secret is text, though YAML may read its digits as a number; a flag is true or false', () => {
  const typeOf = (key: string) =>
    new RegExp(`^\\| \`${key}\` \\| (.*?) \\|`, 'm').exec(profileReference(workloads))?.[1];
  for (const key of ['basic.auth.user.info', 'bearer.auth.token', 'ssl.key.password', 'ssl.key.location']) {
    expect(typeOf(`schemaRegistry.${key}`), key).toBe('text');
  }
  expect(typeOf('schemaRegistry.register')).toBe('true or false');
});

test('bundled profiles name the schema, so that editors find it', () => {
  for (const name of bundledProfiles()) {
    expect(readFileSync(`profiles/${name}.yaml`, 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\/profile\.schema\.json\n/,
    );
  }
});
