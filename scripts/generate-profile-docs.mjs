#!/usr/bin/env node
/** Writes profiles/profile.schema.json and docs/profile.md from the profile's schema; needs `npm run build` before. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const { profileJsonSchema } = await import(new URL('dist/src/profile/schema/json-schema.js', root));
const { profileReference } = await import(new URL('dist/src/profile/key-reference.js', root));
const { workloads } = await import(new URL('dist/src/workload/built-in/built-in.js', root));

const schemaFile = fileURLToPath(new URL('profiles/profile.schema.json', root));
writeFileSync(schemaFile, `${JSON.stringify(profileJsonSchema(workloads), null, 2)}\n`);
execFileSync(fileURLToPath(new URL('node_modules/.bin/biome', root)), ['format', '--write', schemaFile]);
writeFileSync(new URL('docs/profile.md', root), profileReference(workloads));
