/** `load collect ID`: makes the result of a sharded run again, from what its shards have sent. */
import { randomBytes } from 'node:crypto';
import { type ExitCode, InputError } from '../errors.ts';
import { FORMATS, renderReport, writeReports } from '../report/reports.ts';
import { defaultResultDirectory, inResultDirectory } from '../report/result-directory.ts';
import { exitCodeOf } from '../result/exit-code.ts';
import { planNotes } from '../result/run-identity.ts';
import { runResult } from '../result/run-result.ts';
import { collectAgain } from '../shards/collect.ts';
import { type BusPlace, openBusOf } from '../shards/open-bus.ts';
import { writeVerifyFile } from '../verification/verify-file.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { summaryLook, writeApart } from './terminal.ts';
import { isSet, logLevelOf, oneOf, textValue, type Values } from './values.ts';

const COLLECTED = 'made by `load collect` from what the shards sent; the topics were not looked at after the run';

export async function execute({ values, terminal }: Invocation): Promise<ExitCode> {
  const format = oneOf(values, 'format', FORMATS);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const stop = new AbortController();
  const id = textValue(values, 'ID')!;
  const bus = await openBusOf(placeOf(values), { id, shard: 0, instance: randomBytes(8).toString('hex') });
  try {
    const collected = await collectAgain(bus, {
      signal: stop.signal,
      onProgress: (progress) => notices.progress(progress),
      onSilent: (text) => notices.note(text),
      onWaiting: ({ name }) => {
        notices.note(`run ${id} of ${name}, from ${bus.place}`);
        terminal.onInterrupt((interruption) => {
          notices.note(`${interruption.by}: the result is made of what is there; repeat to exit immediately`);
          stop.abort(interruption);
        });
      },
    });
    notices.close();
    const { plan, measurement, shards, context } = collected;
    const { thresholds, profileHash: hash, profileYaml, command, isEmbedded } = context;
    const loaded = { profile: { thresholds }, hash };
    const notes = [...planNotes(plan), ...context.notes, COLLECTED];
    const run = runResult({ plan, isEmbedded, loaded, command, notes, shards }, measurement, []);
    const { result } = run;
    const out = textValue(values, 'out') ?? defaultResultDirectory(plan.name, new Date(result.run.startedAt));
    const ownDirectory = textValue(values, 'out') === undefined;
    return await inResultDirectory({ ...(out !== 'none' && { out }), ownDirectory }, async (directory) => {
      if (directory !== undefined) {
        await writeReports(directory, { ...run, profileYaml }, (warning) => notices.warn(warning));
        if (plan.target.kind !== 'null') await writeVerifyFile(directory, plan, measurement.workers);
      }
      if (format === 'text') writeApart(terminal);
      const look = { ...summaryLook(terminal.stdout, false), ...(directory !== undefined && { directory }) };
      terminal.stdout.write(await renderReport(format, { result }, look));
      const stoppedBy = result.run.stopped?.by;
      return exitCodeOf(result, {
        ...(stoppedBy && { stoppedBy }),
        allowInvalid: isSet(values, 'allow-invalid'),
      }) as ExitCode;
    });
  } finally {
    notices.close();
    await bus.close();
  }
}

function placeOf(values: Values): BusPlace {
  const [path, servers] = [textValue(values, 'bus'), textValue(values, 'bus-servers')];
  if (path !== undefined && servers === undefined) return { kind: 'directory', path };
  if (servers !== undefined && path === undefined) {
    return { kind: 'kafka', properties: { 'bootstrap.servers': servers } };
  }
  const message = path === undefined ? 'where the shards talked is not given' : 'but also `--bus-servers`';
  const hint = 'one of --bus DIR and --bus-servers HOST:PORT';
  throw new InputError([{ place: '--bus', message, hint }]);
}
