/** A command line as the program itself reads it, up to where it would begin: flags, profile, settings files, environment. */
import { vi } from 'vitest';
import { COMMANDS, DEFAULT_COMMAND, isCommand } from '../../src/commands/command-table.ts';
import { type ConsumeSettings, readConsumeSettings } from '../../src/commands/consume-settings.ts';
import type { Invocation } from '../../src/commands/invocation.ts';
import { type MetricsAddress, metricsAddressOf } from '../../src/commands/metrics/metrics-server.ts';
import { runProgram } from '../../src/commands/program.ts';
import { readSendersSettings, type SendersSettings } from '../../src/commands/roles/sender-settings.ts';
import { overridesOf, profileOf } from '../../src/commands/values.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { plan } from '../../src/planning.ts';
import { fakeTerminal } from '../commands/fake-terminal.ts';

export interface Interpreted {
  readonly command: string;
  readonly values: Invocation['values'];
  readonly metrics: MetricsAddress | undefined;
  /** Of `run`. */
  readonly plan?: Plan;
  /** Of `consume`. */
  readonly consume?: ConsumeSettings;
  /** Of `senders`. */
  readonly senders?: SendersSettings;
}

const SERVERS = ['KAFKA_BOOTSTRAP_SERVERS', 'BOOTSTRAP_SERVERS', 'KAFKA_BROKER', 'SCHEMA_REGISTRY_URL'];

/** @throws Error with what the program would say on stderr. */
export async function interpret(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Interpreted> {
  const command = isCommand(args[0]) ? args[0] : DEFAULT_COMMAND;
  let invocation: Invocation | undefined;
  const execute = async (given: Invocation) => {
    invocation = given;
    return 0 as const;
  };
  const module = vi.spyOn(COMMANDS[command]!, 'module').mockResolvedValue({ execute });
  for (const name of SERVERS) vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  try {
    const terminal = fakeTerminal();
    const exitCode = await runProgram(args, terminal, { name: 'load', version: '9.9.9' });
    if (exitCode !== 0 || invocation === undefined) throw new Error(terminal.err() || `nothing ran: ${args.join(' ')}`);
    const { values, params } = invocation;
    return {
      command,
      values,
      metrics: metricsAddressOf(values),
      ...(command === 'run' && {
        plan: (await plan(profileOf(values), { overrides: overridesOf(values, params) })).plan,
      }),
      ...(command === 'consume' && { consume: await readConsumeSettings(values) }),
      ...(command === 'senders' && { senders: await readSendersSettings(values) }),
    };
  } finally {
    vi.unstubAllEnvs();
    module.mockRestore();
  }
}
