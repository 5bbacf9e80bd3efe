/** The command line as a whole: from arguments to a command and from an error to an exit code. */
import { existsSync } from 'node:fs';
import yargs, { type Argv } from 'yargs';
import { Parser } from 'yargs/helpers';
import { debug, debugTo } from '../debug.ts';
import { EXIT, type ExitCode, InputError, type Problem } from '../errors.ts';
import { nearest } from '../nearest.ts';
import { aboutProfile } from '../profile/about.ts';
import { bundledExperiments, bundledProfiles } from '../profile/bundled.ts';
import { escapeControls } from '../report/text-escapes.ts';
import { type Command, nameOf, positionalsOf } from './command.ts';
import { COMMANDS, DEFAULT_COMMAND, isCommand } from './command-table.ts';
import { describeFailure } from './failure.ts';
import type { Flags } from './flag-kinds.ts';
import { doctorFlags, embeddedFlags, runFlags } from './flags.ts';
import { givenCommand } from './invocation.ts';
import type { ParameterFlags } from './parameter-flags.ts';
import { settingArguments } from './setting-arguments.ts';
import { type Terminal, usesColor } from './terminal.ts';
import {
  DEFAULT_PROFILE,
  logLevelNamed,
  logLevelOf,
  noSuchFlag,
  textValue,
  unknownArguments,
  type Values,
} from './values.ts';

/** Text stays text, a flag is what it is written as, and a list flag takes one value each time. */
const PARSING = {
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'boolean-negation': false,
  'greedy-arrays': false,
  'strip-aliased': true,
};

const HELP_COLUMNS_MAX = 110;

export interface ProgramFacts {
  /** How the person calls it, for help: `load`, `npm start --`. */
  readonly name: string;
  readonly version: string;
}

/** Runs one command line to its end; what goes wrong is said on stderr. */
export async function runProgram(args: readonly string[], terminal: Terminal, facts: ProgramFacts): Promise<ExitCode> {
  try {
    return await dispatch(detachValues(args), terminal, facts).finally(() => debugTo(undefined));
  } catch (error) {
    const { lines, exitCode } = describeFailure(missingValue(error, args) ?? error, wantsDebug(args));
    const title = usesColor(terminal.stderr) ? '\x1b[31merror:\x1b[39m' : 'error:';
    terminal.stderr.write(`${title} ${lines.join('\n')}\n`);
    return exitCode;
  }
}

/** Thrown to leave yargs: it renders the help of each command that it runs to the end, which takes longer than all else. */
const CHOSEN = new Error('a command was chosen');

interface Chosen {
  readonly name: string;
  readonly command: Command;
  readonly values: Values;
}

async function dispatch(asTyped: readonly string[], terminal: Terminal, facts: ProgramFacts): Promise<ExitCode> {
  const typed = asTyped.map(withPort);
  checkInherited(typed);
  const early = lookAt(typed);
  const settings = early.config === undefined ? [] : (await import('./settings-file.ts')).readSettings(early.config);
  const inFile = settings.find(({ flag }) => flag === 'profile')?.value;
  const parameters = await parametersFor(early, inFile === undefined ? undefined : String(inFile));
  const given = settingArguments(settings, flagsOf(COMMANDS[early.command]!, parameters), early.typed);
  const args = [...given.args, ...typed];
  const about = aboutOf(early);
  let chosen: Chosen | undefined;
  const program = yargs()
    .scriptName(facts.name)
    .version(facts.version)
    .alias('help', 'h')
    .locale('en')
    .usage(about ?? `$0 [${DEFAULT_COMMAND}] [PROFILE]\n\n${COMMANDS[DEFAULT_COMMAND]!.describe}`)
    .parserConfiguration(PARSING)
    .exitProcess(false)
    .fail(false)
    .wrap(Math.min(HELP_COLUMNS_MAX, terminal.stdout.columns ?? HELP_COLUMNS_MAX));
  for (const [name, command] of Object.entries(COMMANDS)) {
    const isDefault = name === DEFAULT_COMMAND;
    if (about !== undefined && !isDefault) continue;
    const flags = flagsOf(command, parameters);
    const positionals = positionalsOf(command).map(({ usage }) => usage);
    // A command that is named has yargs' own usage: help about a profile is that of no name.
    const names = about === undefined ? [[name, ...positionals].join(' '), ...(isDefault ? ['$0'] : [])] : ['$0'];
    program.command(
      names,
      command.describe,
      (builder) => describe(builder, command, flags, about === undefined),
      (values) => {
        checkArguments(name, values, flags, command, given.problems);
        chosen = { name, command, values };
        throw CHOSEN;
      },
    );
  }
  try {
    await program.parseAsync(args, {}, (_error, _values, help) => {
      if (help !== '') terminal.stdout.write(`${escapeControls(help)}\n`);
    });
  } catch (error) {
    if (error !== CHOSEN) throw inSettings(error, given.places);
  }
  if (chosen === undefined) return EXIT.ok;
  try {
    const { name, command, values } = chosen;
    if (logLevelOf(values) === 'debug') debugTo((line) => terminal.stderr.write(`debug: ${escapeControls(line)}\n`));
    debug(() => `load ${facts.version}, Node.js ${process.version}, ${name} in ${process.cwd()}`);
    const { execute } = await command.module();
    const params = parameters?.read(values) ?? {};
    const commandLine = givenCommand() ?? ['load', ...asTyped].map(quoted).join(' ');
    return await execute({ values, params, terminal, args: asTyped, commandLine });
  } catch (error) {
    throw inSettings(error, given.places);
  }
}

/** Problems with what a file of settings says are placed there. */
function inSettings(error: unknown, places: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof InputError)) return error;
  return new InputError(error.problems.map((each) => ({ ...each, ...placeIn(places, each.place) })));
}

/** What every object has: yargs takes `--constructor` for one of its own lists. */
function checkInherited(typed: readonly string[]): void {
  const names = typed.flatMap((arg) => /^--?([^=]+)/.exec(arg)?.[1] ?? []).filter((name) => name in Object.prototype);
  if (names.length > 0) throw new InputError(names.map((name) => noSuchFlag(`--${name}`, undefined)));
}

function placeIn(places: ReadonlyMap<string, string>, flag = ''): { readonly place?: string } {
  const place = places.get(flag);
  return place === undefined ? {} : { place: `${place}: ${flag.replace(/^--/, '').replaceAll('-', '_')}` };
}

function flagsOf({ takesProfile, flags }: Command, parameters: ParameterFlags | undefined): Flags {
  return takesProfile ? { ...flags, ...parameters?.flags } : flags;
}

/** What `load PROFILE --help` begins with, in place of the commands there are: what the profile says of itself. */
function aboutOf({ command, profile, asksForHelp }: EarlyLook): string | undefined {
  if (!asksForHelp || command !== DEFAULT_COMMAND || profile === undefined) return undefined;
  const about = aboutProfile(profile);
  return about && `$0 ${profile}\n\n${about}`;
}

function describe(builder: Argv, command: Command, flags: Flags, withExamples: boolean): Argv {
  const { takesProfile, examples } = command;
  for (const word of positionalsOf(command)) builder.positional(nameOf(word), { describe: word.describe });
  const experiments = command.takesExperiment
    ? `Experiments: ${bundledExperiments().join(', ')}, or a YAML file. `
    : '';
  if (takesProfile) {
    builder.epilogue(`${experiments}Profiles: ${bundledProfiles().join(', ')}, or a YAML or JSON file.`);
  }
  builder.options(flags);
  return builder.example(withExamples ? examples.map(([line, meaning]) => [`$0 ${line}`.trimEnd(), meaning]) : []);
}

/** `--web quickstart` is a profile and any free port: only a number that follows is the port. */
function withPort(arg: string, i: number, args: readonly string[]): string {
  return arg === '--web' && !/^\d+$/.test(args[i + 1] ?? '') ? '--web=0' : arg;
}

/** `-t5m` is `-t 5m`, as everywhere: yargs reads it so only where the value is a number. */
function detachValues(args: readonly string[]): string[] {
  const letters = Object.values<Flags[string]>({ ...runFlags, ...embeddedFlags, ...doctorFlags })
    .filter(({ type }) => type !== 'boolean')
    .flatMap(({ alias }) => [alias ?? []].flat())
    .filter((alias) => alias.length === 1);
  const attached = new RegExp(`^(-[${letters.join('')}])=?(.+)$`);
  return args.flatMap((arg) => attached.exec(arg)?.slice(1) ?? [arg]);
}

/** What has to be known of a command line before its flags are: which command it is, and where more of them are. */
interface EarlyLook {
  readonly command: string;
  readonly profile: string | undefined;
  /** The file of settings; none where only help is asked for. */
  readonly config: string | undefined;
  readonly asksForHelp: boolean;
  /** Flags that stand there, by their names, and `profile` where it is a word. */
  readonly typed: ReadonlySet<string>;
}

function lookAt(args: readonly string[]): EarlyLook {
  const positionals = parseEarly(args, runFlags)._.map(String);
  const command = isCommand(positionals[0]) ? positionals[0] : DEFAULT_COMMAND;
  const { flags, takesProfile, actions } = COMMANDS[command]!;
  const { _, ...typed } = parseEarly(args, flags);
  const rest = _.map(String).slice((isCommand(positionals[0]) ? 1 : 0) + (actions === undefined ? 0 : 1));
  const asksForHelp = Boolean(typed.help || typed.version);
  const profile: unknown = typed.profile ?? (takesProfile ? rest[0] : undefined);
  return {
    command,
    profile: profile === undefined ? undefined : String(profile),
    config: asksForHelp || !('config' in flags) ? undefined : textValue(typed, 'config'),
    asksForHelp,
    typed: new Set([...Object.keys(typed), ...(profile === undefined ? [] : ['profile'])]),
  };
}

function parseEarly(args: readonly string[], some: Flags) {
  const flags = Object.entries(some);
  return Parser([...args], {
    configuration: PARSING,
    boolean: ['help', 'version', ...flags.flatMap(([name, { type }]) => (type === 'boolean' ? [name] : []))],
    string: flags.flatMap(([name, { type }]) => (type === 'boolean' ? [] : [name])),
    alias: Object.fromEntries([...flags.map(([name, { alias }]) => [name, [alias ?? []].flat()]), ['help', ['h']]]),
  });
}

/** The parameters of workloads as flags, for a command that has any; nothing is loaded where only help is asked for. */
async function parametersFor(
  { command, profile: typed, asksForHelp }: EarlyLook,
  inFile: string | undefined,
): Promise<ParameterFlags | undefined> {
  const profile = typed ?? inFile;
  if (!COMMANDS[command]!.takesProfile || (profile === undefined && asksForHelp)) return undefined;
  const { parameterFlags } = await import('./parameter-flags.ts');
  return parameterFlags(profile ?? DEFAULT_PROFILE);
}

/** @throws InputError with every argument that is not one; of a command misspelled with its name alone, for all else is judged by it. */
function checkArguments(
  name: string,
  values: Values & { readonly _: readonly unknown[] },
  flags: Flags,
  command: Command,
  inSettings: readonly Problem[],
): void {
  const isNamed = values._[0] === name;
  const unknown = isNamed ? undefined : unknownName(values.PROFILE);
  if (unknown?.isCommand) throw new InputError([unknown]);
  const positionals = values._.slice(isNamed ? 1 : 0).map(String);
  const problems = [...inSettings, ...unknownArguments(values, flags, positionalsOf(command).map(nameOf), positionals)];
  if (problems.length > 0) throw new InputError(unknown === undefined ? problems : [unknown, ...problems]);
}

/** What is wrong with the first word where it is neither a profile nor a file; `isCommand`: a command is what was meant. */
function unknownName(word: unknown): (Problem & { readonly isCommand: boolean }) | undefined {
  if (typeof word !== 'string' || bundledProfiles().includes(word)) return undefined;
  // A missing file is reported as a file, not as a command.
  if (/[./\\]/.test(word) || existsSync(word)) return undefined;
  const near = nearest(word, [...bundledProfiles(), ...Object.keys(COMMANDS)]);
  const hint = near === undefined ? '--help lists the commands' : `did you mean \`${near}\`?`;
  return { message: `there is no command or profile \`${word}\``, hint, isCommand: isCommand(near) };
}

/** yargs' only complaints that are left to it, in our wording. */
function missingValue(error: unknown, args: readonly string[]): InputError | undefined {
  if (error instanceof Error && error.message.startsWith('Not enough non-option arguments')) {
    return new InputError([{ message: 'an argument is missing', hint: '--help lists the arguments' }]);
  }
  const flag = error instanceof Error && /^Not enough arguments following: (.+)$/.exec(error.message)?.[1];
  if (!flag) return undefined;
  const place = flag.length === 1 ? `-${flag}` : `--${flag}`;
  const next = args[args.indexOf(place) + 1] ?? '';
  const isMeant = args.includes(place) && /^-[^-]./.test(next);
  const hint = isMeant ? { hint: `if \`${next}\` is the value: ${place}=${next}` } : {};
  return new InputError([{ place, message: 'a value is missing', ...hint }]);
}

/** Looked for before anything is parsed: it also counts where parsing fails. */
function wantsDebug(args: readonly string[]): boolean {
  const [, level = process.env.LOG_LEVEL] = / --log-level[ =](\S+)/.exec(` ${args.join(' ')}`) ?? [];
  return level !== undefined && logLevelNamed(level) === 'debug';
}

/** As a shell would read it again. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
