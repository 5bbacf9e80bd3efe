/** `load report`: the summary of a result directory again, also of a run that was killed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { readInterrupted, readJson } from '../report/interrupted.ts';
import { FORMATS, renderReport } from '../report/reports.ts';
import { exitCodeOf } from '../result/exit-code.ts';
import type { Result } from '../result/result.ts';
import type { Invocation } from './invocation.ts';
import { summaryLook } from './terminal.ts';
import { isSet, oneOf } from './values.ts';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const directory = String(values.DIR);
  const format = oneOf(values, 'format', FORMATS);
  const result = readInterrupted(directory) ?? readResult(directory);
  const look = { ...summaryLook(terminal.stdout, isSet(values, 'histogram')), directory };
  terminal.stdout.write(await renderReport(format, { result }, look));
  return result.verdict.status === 'INCOMPLETE' ? EXIT.invalidMeasurement : exitCodeOf(result);
}

/** @throws InputError where there is none. */
function readResult(directory: string): Result {
  const result = readJson<Result>(directory, 'result.json', ['run', 'verdict', 'totals', 'rate', 'latency', 'client']);
  if (result !== undefined) return result;
  if (existsSync(join(directory, 'experiment.json'))) {
    const message = 'the directory of an experiment, not of a run';
    const hint = `one of its runs: load report ${join(directory, 'runs/001')}; the command that made it prints its table again with --resume`;
    throw new InputError([{ place: directory, message, hint }]);
  }
  const message = 'it has neither a result.json nor a run.json';
  throw new InputError([{ place: directory, message, hint: 'the directory that a run printed as Results' }]);
}
