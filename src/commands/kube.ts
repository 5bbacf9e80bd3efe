/** `load kube render|run`: a run as the pods of an Indexed Job. */
import { EXIT, type ExitCode, InputError } from '../errors.ts';
import { manifestText } from '../kubernetes/manifests.ts';
import { ownAddresses } from '../kubernetes/reachable.ts';
import { suggest } from '../nearest.ts';
import { formatBytes } from '../units.ts';
import type { Invocation } from './invocation.ts';
import { kubeRunFlags } from './kube-flags.ts';
import { type KubeSettings, readKubeSettings } from './kube-settings.ts';
import { Notices } from './notices.ts';
import { isSet, logLevelOf, textValue, type Values } from './values.ts';

const ACTIONS = ['render', 'run'] as const;

export async function execute(invocation: Invocation): Promise<ExitCode> {
  const { values, terminal } = invocation;
  const action = actionOf(values);
  if (action === 'render') checkRendered(values);
  const notices = new Notices(terminal.stderr, { level: logLevelOf(values), quiet: isSet(values, 'quiet') });
  const settings = await readKubeSettings(invocation, new Date(), (note) => notices.note(note));
  reportSettings(settings, notices);
  if (action === 'run') return (await import('./kube-run.ts')).runOnKubernetes(settings, invocation, notices);
  const text = manifestText(settings.manifests);
  const bytes = Buffer.byteLength(text);
  if (bytes > CLIENT_APPLY_BYTES_MAX) {
    notices.warn(`${formatBytes(bytes)}, more than \`kubectl apply\` takes: use \`kubectl apply --server-side\``);
  }
  terminal.stdout.write(text);
  return EXIT.ok;
}

/** Of its annotation with what was applied last, less what the quotes of JSON take. */
const CLIENT_APPLY_BYTES_MAX = 240_000;

function actionOf(values: Values): (typeof ACTIONS)[number] {
  const given = textValue(values, 'ACTION');
  const action = ACTIONS.find((each) => each === given);
  if (action !== undefined) return action;
  const hint = suggest(given ?? '', ACTIONS);
  const message = given === undefined ? 'load kube: what is to be done?' : `load kube has no \`${given}\``;
  throw new InputError([{ message, ...(hint !== undefined && { hint }) }]);
}

/** @throws InputError with the flags that would have no effect. */
function checkRendered(values: Values): void {
  const idle = Object.entries(kubeRunFlags).filter(([name, flag]) => {
    const value = textValue(values, name);
    return value !== undefined && value !== ('default' in flag ? flag.default : undefined);
  });
  if (idle.length === 0) return;
  const hint = 'what is rendered does not depend on it';
  throw new InputError(idle.map(([name]) => ({ place: `--${name}`, message: 'only `load kube run` has it', hint })));
}

function reportSettings({ packed, run }: KubeSettings, notices: Notices): void {
  const { loaded, plan } = packed.planned;
  for (const note of [...loaded.notes, ...plan.notes]) notices.note(note);
  for (const warning of [...loaded.warnings, ...plan.warnings]) notices.warn(warning);
  for (const server of ownAddresses(plan, run.flags.busServers)) {
    notices.warn(`${server} is the pod itself, for a pod: name an address that pods reach`);
  }
}
