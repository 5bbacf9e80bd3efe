/** `load schema check|register|show`: a profile's Avro schemas, and what its registry says about them. */
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { nameList } from '../name-list.ts';
import { suggest } from '../nearest.ts';
import { plan } from '../planning.ts';
import type { SchemaRegistrySpec } from '../profile/profile.ts';
import { openRegistry, type SchemaRegistry } from '../registry/registry-client.ts';
import { type SubjectSchema, subjectSchemas } from '../registry/schema-ids.ts';
import { parseJson, prettyJson } from '../workload/encoding/exact-json.ts';
import type { Invocation } from './invocation.ts';
import { Notices } from './notices.ts';
import { formatOf, logLevelOf, overridesOf, profileOf, textValue, type Values } from './values.ts';

/** What there is to say of one schema; the keys are those of the JSON output. */
interface Finding {
  readonly subject: string;
  readonly scenarios: readonly string[];
  /** One sentence. */
  readonly says: string;
  readonly ok: boolean;
  readonly id?: number;
  readonly version?: number;
  /** The schema itself as parseJson gives it, where it was asked for. */
  readonly schema?: unknown;
}

export async function execute({ values, params, terminal }: Invocation): Promise<ExitCode> {
  const action = actionOf(values);
  const format = formatOf(values);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: false });
  const planned = await plan(profileOf(values), {
    overrides: overridesOf(values, params),
    onNote: (text) => notices.note(text),
  });
  for (const note of planned.loaded.notes) notices.note(note);
  for (const warning of planned.loaded.warnings) notices.warn(warning);
  const spec = planned.loaded.profile.schemaRegistry;
  const schemas = subjectSchemas(planned.plan, spec?.subject ?? 'topic');
  const findings: Finding[] = [];
  for (const schema of schemas) findings.push(await ACTIONS[action](schema, spec));
  terminal.stdout.write(format === 'json' ? asJson(spec, findings) : asText(spec, findings));
  return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.failed;
}

type Action = 'check' | 'register' | 'show';

const ACTIONS: Readonly<Record<Action, (of: SubjectSchema, spec?: SchemaRegistrySpec) => Promise<Finding>>> = {
  check: async (of, spec) => {
    const registry = registryOf(spec);
    const known = await describeKnown(of, registry);
    if (known !== undefined) return known;
    const answer = await registry.check(of.subject, of.schema);
    if (answer === undefined) return finding(of, 'new: the subject has no version yet');
    if (answer.compatible) return finding(of, 'compatible: it would be a new version');
    return { ...finding(of, `incompatible: ${answer.reason ?? 'the registry does not say why'}`), ok: false };
  },
  register: async (of, spec) => {
    const id = await registryOf(spec).register(of.subject, of.schema);
    return { ...finding(of, `registered: schema id ${id}`), id };
  },
  show: async (of, spec) => {
    const schema = parseJson(of.schema);
    if (spec === undefined) return { ...finding(of, 'no schema registry is set'), schema };
    const registry = registryOf(spec);
    const known = await describeKnown(of, registry);
    if (known !== undefined) return { ...known, schema };
    const latest = await registry.latest(of.subject);
    const has =
      latest === undefined ? 'has no version yet' : `has another one, id ${latest.id} version ${latest.version}`;
    return { ...finding(of, `not registered: the subject ${has}`), schema };
  },
};

async function describeKnown(of: SubjectSchema, registry: SchemaRegistry): Promise<Finding | undefined> {
  const known = await registry.lookup(of.subject, of.schema);
  if (known === undefined) return undefined;
  const { id, version } = known;
  return { ...finding(of, `registered: schema id ${id}, version ${version}`), id, version };
}

function finding({ subject, scenarios }: SubjectSchema, says: string): Finding {
  return { subject, scenarios, says, ok: true };
}

function registryOf(spec: SchemaRegistrySpec | undefined): SchemaRegistry {
  if (spec !== undefined) return openRegistry(spec);
  const hint = 'schemaRegistry.url in the profile, --schema-registry-url, or SCHEMA_REGISTRY_URL in the environment';
  throw new InputError([{ message: 'no schema registry is set', hint }]);
}

/** @throws InputError unless the first word is one of the actions. */
function actionOf(values: Values): Action {
  const given = textValue(values, 'ACTION');
  if (given !== undefined && Object.hasOwn(ACTIONS, given)) return given as Action;
  const hint = suggest(given ?? '', Object.keys(ACTIONS));
  const message = given === undefined ? 'load schema: what is to be done?' : `load schema has no \`${given}\``;
  throw new InputError([{ message, ...(hint !== undefined && { hint }) }]);
}

function asJson(spec: SchemaRegistrySpec | undefined, schemas: readonly Finding[]): string {
  return `${prettyJson({ registry: spec?.url ?? null, schemas })}\n`;
}

function asText(spec: SchemaRegistrySpec | undefined, findings: readonly Finding[]): string {
  if (findings.length === 0) return 'No record of this profile has an Avro schema.\n';
  const lines = findings.flatMap(({ subject, scenarios, says, schema }) => [
    `${subject} (${nameList(scenarios)}): ${says}`,
    ...(schema === undefined ? [] : [prettyJson(schema)]),
  ]);
  return `${[...(spec === undefined ? [] : [`Schema registry ${spec.url}`]), ...lines].join('\n')}\n`;
}
