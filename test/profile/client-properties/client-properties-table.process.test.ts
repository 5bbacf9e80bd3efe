import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'vitest';

const SOURCE = 'node_modules/@confluentinc/kafka-javascript/deps/librdkafka/CONFIGURATION.md';

test.skipIf(!existsSync(SOURCE))('the table is that of the librdkafka installed', () => {
  execFileSync(process.execPath, ['scripts/generate-client-properties.mjs', '--check']);
});
