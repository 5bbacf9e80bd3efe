/** `load report`: the summary of a result directory again, also of a run that was killed. */
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { readInterrupted, readJson } from '../report/interrupted.ts';
import { renderSummary } from '../report/terminal.ts';
import { exitCodeOf } from '../result/exit-code.ts';
import type { Result } from '../result/result.ts';
import type { Invocation } from './invocation.ts';
import { usesColor } from './terminal.ts';
import { formatOf } from './values.ts';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const directory = String(values.DIR);
  const format = formatOf(values);
  const result = readInterrupted(directory) ?? readResult(directory);
  const text =
    format === 'json'
      ? JSON.stringify(result, null, 2)
      : renderSummary(result, { color: usesColor(terminal.stdout), directory });
  terminal.stdout.write(`${text}\n`);
  const { totals, warmup, verdict, thresholds } = result;
  const all = (count: 'sent' | 'acked') => totals[count] + (warmup?.totals[count] ?? 0);
  if (verdict.status === 'INCOMPLETE') return EXIT.invalidMeasurement;
  return exitCodeOf({
    sent: all('sent'),
    acked: all('acked'),
    verificationFailed: false,
    status: verdict.status,
    thresholds,
    allowInvalid: false,
  });
}

/** @throws InputError where there is none. */
function readResult(directory: string): Result {
  const result = readJson<Result>(directory, 'result.json', ['run', 'verdict', 'totals', 'rate', 'latency', 'client']);
  if (result !== undefined) return result;
  const message = 'it has neither a result.json nor a run.json';
  throw new InputError([{ place: directory, message, hint: 'the directory that a run printed as Results' }]);
}
