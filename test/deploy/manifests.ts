/** Kubernetes manifests as the API server would take them: against its own schemas, and without a field they do not have. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { ConfigMap, Namespace } from 'kubernetes-models/v1';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  readonly [field: string]: any;
}

const MODELS = { ConfigMap, Deployment, Job, Namespace, Role } as const;

export const DIRECTORY = 'deploy/kubernetes';

export const manifestFiles = readdirSync(DIRECTORY).filter((file) => file.endsWith('.yaml'));

export const readManifests = (file: string) => parseManifests(readFileSync(join(DIRECTORY, file), 'utf8'));

export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw document.errors[0]!;
    return document.toJS() as Manifest;
  });
}

/** What is wrong, a line each. */
export function problemsOf(manifest: Manifest): string[] {
  const model = MODELS[manifest.kind as keyof typeof MODELS];
  if (model === undefined || !model.is(manifest)) return [`no model for ${manifest.kind} of this version`];
  const seen = new Set<string>();
  try {
    model.prototype.validate.call(watched(manifest, '', seen));
  } catch (error) {
    return (error as Error).message.split(', ');
  }
  return fieldsOf(manifest, '').flatMap((path) => (seen.has(path) ? [] : [`${path} is no field`]));
}

/**
 * The schemas let unknown fields pass. The compiled validator asks for every field that its schema has, and for every
 * entry of a map: what it never asked for is unknown.
 */
function watched<T extends object>(value: T, path: string, seen: Set<string>): T {
  return new Proxy(value, {
    get(target, key, receiver) {
      const inner: unknown = Reflect.get(target, key, receiver);
      if (typeof key === 'symbol' || !Object.hasOwn(target, key)) return inner;
      seen.add(`${path}/${key}`);
      return typeof inner === 'object' && inner !== null ? watched(inner, `${path}/${key}`, seen) : inner;
    },
  });
}

function fieldsOf(value: unknown, path: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}/${key}`, ...fieldsOf(inner, `${path}/${key}`)]);
}
