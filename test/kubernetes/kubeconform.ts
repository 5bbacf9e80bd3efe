/** kubeconform with strict schemas of the API server's own version: fields that Kubernetes does not know are problems. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

interface Report {
  readonly resources?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly status: 'statusInvalid' | 'statusError' | 'statusSkipped' | 'statusValid' | 'statusEmpty';
    readonly msg: string;
  }[];
}

export interface Conformance {
  /** `KIND NAME` of each document that was checked. */
  readonly checked: readonly string[];
  /** A line each. */
  readonly problems: readonly string[];
}

/**
 * @param programs folder with `kubeconform` and `schemas/`
 * @param manifests documents of YAML
 * @param foreign kinds that Kubernetes itself does not have
 */
export async function kubeconform(
  programs: string,
  manifests: string,
  foreign: readonly string[] = [],
): Promise<Conformance> {
  const schemas = join(programs, 'schemas', '{{.ResourceKind}}{{.KindSuffix}}.json');
  // One worker: the documents in their order.
  const args = [
    '-strict',
    '-verbose',
    '-n',
    '1',
    '-output',
    'json',
    '-skip',
    foreign.join(),
    '-schema-location',
    schemas,
  ];
  const child = spawn(join(programs, 'kubeconform'), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, said] = ['', ''];
  child.stdout.on('data', (part) => (out += part));
  child.stderr.on('data', (part) => (said += part));
  child.stdin.end(manifests);
  await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (said !== '') throw new Error(`kubeconform: ${said}`);
  const resources = (JSON.parse(out) as Report).resources ?? [];
  return {
    checked: resources.map(({ kind, name }) => `${kind} ${name}`),
    problems: resources
      .filter(({ status }) => status === 'statusInvalid' || status === 'statusError')
      .flatMap(({ kind, name, msg }) => reasonsOf(msg).map((reason) => `${kind} ${name}${reason}`)),
  };
}

/** `… - at '/spec': allOf failed - at '/spec/completions': got string, want integer`: those that say more than that it failed. */
function reasonsOf(message: string): string[] {
  const reasons = message
    .split(/\s+- at '/)
    .slice(1)
    .filter((reason) => !/': (?:allOf|validation) failed$/.test(reason))
    .map((reason) => ` ${reason.replace("'", '')}`)
    // Theirs is that of Go's maps: another each time.
    .sort();
  return reasons.length > 0 ? reasons : [`: ${message}`];
}
