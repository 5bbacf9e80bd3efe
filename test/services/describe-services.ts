import { describe } from 'vitest';
import { prometheusProgram, promtoolProgram } from './prometheus.ts';
import { rabbitmqProgram } from './rabbitmq.ts';
import { redisProgram } from './redis.ts';
import { findProgram } from './service.ts';

/** What a file of tests needs: the program as a person names it, and whether it is here. */
const PROGRAMS = {
  'rabbitmq-server': rabbitmqProgram,
  'redis-server': redisProgram,
  prometheus: prometheusProgram,
  promtool: promtoolProgram,
  chromium: () => findProgram('chromium'),
};

/**
 * A group of tests against servers that it starts itself; skipped loudly where their programs are missing.
 * @throws Error in place of that with REQUIRE_SERVICES=1.
 */
export function describeServices(name: string, programs: readonly (keyof typeof PROGRAMS)[], tests: () => void): void {
  const missing = programs.filter((program) => PROGRAMS[program]() === undefined);
  if (missing.length > 0) {
    const message = `${name} needs ${missing.join(' and ')}`;
    if (process.env.REQUIRE_SERVICES === '1') throw new Error(message);
    const rule = '='.repeat(100);
    process.stderr.write(`${rule}\nSKIPPED: ${message}\n${rule}\n`);
  }
  describe.skipIf(missing.length > 0)(name, tests);
}
