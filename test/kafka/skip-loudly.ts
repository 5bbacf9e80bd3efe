import { KafkaUnavailable } from './java.ts';

/** Says that tests are skipped for want of something; throws the error where they may not be, or where it is another. */
export function skipLoudly(what: string, error: unknown): void {
  if (!(error instanceof KafkaUnavailable) || process.env.REQUIRE_KAFKA === '1') throw error;
  const rule = '='.repeat(100);
  process.stderr.write(`${rule}\nSKIPPED: ${what}. ${error.message}\n${rule}\n`);
}
