#!/usr/bin/env node
/**
 * Writes client-properties-table.ts from the CONFIGURATION.md of the librdkafka that is installed.
 * `--check` writes nothing and fails when the committed table differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const SOURCE = new URL(
  '../node_modules/@confluentinc/kafka-javascript/deps/librdkafka/CONFIGURATION.md',
  import.meta.url,
);
const TARGET = new URL('../src/profile/client-properties/client-properties-table.ts', import.meta.url);
const ROLES = { '*': 'both', C: 'consumer', P: 'producer' };

const rows = new Map();
for (const line of readFileSync(SOURCE, 'utf8').split('\n')) {
  const cells = line.split(' | ').map((cell) => cell.trim());
  const [name, role, range] = cells;
  const description = cells.slice(5).join(' | ');
  const type = /\*Type: ([^*]+)\*/.exec(description)?.[1];
  // The global property comes first; the topic-level one of the same name is what it falls through to.
  if (type === undefined || rows.has(name)) continue;
  const alias = /Alias for `([^`]+)`/.exec(description)?.[1] ?? '';
  const short =
    { 'enum value': 'enum', 'CSV flags': 'flags', 'pattern list': 'string', 'see dedicated API': 'api' }[type] ?? type;
  const values = short === 'boolean' ? '' : range.replaceAll(', ', ',').replace(' .. ', '..');
  rows.set(
    name,
    [name, ROLES[role], short, values, short === 'api' || cells[3].includes('|') ? '' : cells[3], alias]
      .join(' | ')
      .trimEnd(),
  );
}

const text = `/**
 * librdkafka's properties, one a line: name | role | type | range or values | default | alias of.
 * Generated from its CONFIGURATION.md by scripts/generate-client-properties.mjs: do not edit.
 */
export const CLIENT_PROPERTIES_TABLE = \`
${[...rows.values()].join('\n')}
\`;
`;

if (process.argv.includes('--check')) {
  if (readFileSync(TARGET, 'utf8') === text) process.exit(0);
  console.error('client-properties-table.ts is not current: run node scripts/generate-client-properties.mjs');
  process.exit(1);
}
writeFileSync(TARGET, text);
