/** `load import omb`: a workload of the OpenMessaging Benchmark as a profile. */
import { collect, EXIT, type ExitCode, InputError, type Problem } from '../errors.ts';
import { readDriver, readWorkload } from '../import/omb-files.ts';
import { ombProfile } from '../import/omb-profile.ts';
import type { Invocation } from './invocation.ts';
import { writeNew } from './new-file.ts';
import { textValue } from './values.ts';

const USAGE = 'load import omb WORKLOAD.yaml [DRIVER.yaml] [-o FILE]';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const source = textValue(values, 'ACTION') ?? '';
  const [workloadFile, driverFile] = [textValue(values, 'WORKLOAD'), textValue(values, 'DRIVER')];
  if (source !== 'omb') {
    const message = source === '' ? 'import what?' : `\`${source}\` is not an action of import`;
    throw new InputError([{ message, hint: USAGE }]);
  }
  if (workloadFile === undefined) throw new InputError([{ message: 'the workload file is missing', hint: USAGE }]);
  const problems: Problem[] = [];
  const out = textValue(values, 'out');
  if (out !== undefined && !/\.ya?ml$/.test(out)) {
    problems.push({ place: '--out', message: `\`${out}\` does not end in .yaml`, hint: 'a profile is a .yaml file' });
  }
  const cwd = process.cwd();
  const workload = collect(problems, () => readWorkload(workloadFile, cwd));
  const driver = driverFile === undefined ? undefined : collect(problems, () => readDriver(driverFile, cwd));
  if (workload === undefined || problems.length > 0) throw new InputError(problems);
  const { text, notes, command } = ombProfile({
    workload: workload.values,
    payload: workload.payload,
    driver: driver?.values,
    unknown: [...workload.unknown, ...(driver?.unknown ?? [])],
    files: [workloadFile, ...(driverFile === undefined ? [] : [driverFile])],
    file: out ?? 'FILE',
  });
  if (out === undefined) terminal.stdout.write(text);
  else {
    writeNew(out, text);
    terminal.stdout.write(`${out}\n`);
  }
  for (const note of notes) terminal.stderr.write(`note: ${note}\n`);
  terminal.stderr.write(`Look at it, then: ${command}\n`);
  return EXIT.ok;
}
