/** Workloads of one's own whose records have keys of every kind: null, missing, empty, long, not text. */
const KEYS = ['"a"', 'null', '""', `"${'k'.repeat(700)}"`, '"é b"', '"7"', 'null', '"-"'];
const LINES = [...KEYS.map((key, n) => `{"k":${key},"n":${n}}`), '{"k":null,"n":null}'];

const schemaOf = (key: string) => `{"type":"record","name":"Row","fields":[
  {"name":"k","type":${key}},{"name":"n","type":["null","long"]}]}`;

const MODULE = `import { defineWorkload } from 'kafka-load-engine';
const keys = [null, '', 'a', new Uint8Array([255, 0, 10]), 'k'.repeat(1000), null, 'b c'];
export default defineWorkload({
  value: ({ random }) => ({ pad: 'x'.repeat(random.below('pad', 90)) }),
  key: ({ random }) => random.pick('key', keys),
});
`;

/** `rows.avsc` is of the lines, `keyed.avsc` for records by a schema, whose key is never null. */
export const ownKeysFiles = {
  'rows.jsonl': `${LINES.join('\n')}\n`,
  'rows.avsc': schemaOf('["null","string"]'),
  'keyed.avsc': schemaOf('"string"'),
  'rows.ts': MODULE,
};
