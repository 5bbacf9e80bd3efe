/** A container as a process of this machine: its command, its environment, its volumes as folders. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type ApiClient, ApiError, type KubernetesObject } from './api-client.ts';

export interface ContainerProcess {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What stands in for the image of every container. */
export interface Image {
  /** What runs where the container names no command. */
  readonly entrypoint: readonly string[];
  /** Programs that a command can begin with, and the words in their place; others are those of this machine. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
}

/**
 * A process cannot mount, so volumes are folders in `folder`, and the mount paths of the container are replaced by them in
 * command, arguments, environment and in the text of ConfigMaps and Secrets.
 * @throws Error with what the pod asks for and this cannot give
 */
export async function containerProcess(
  client: ApiClient,
  pod: KubernetesObject,
  folder: string,
  { entrypoint, programs }: Image,
): Promise<ContainerProcess> {
  const container = pod.spec.containers[0];
  const objects = namespaceObjects(client, pod.metadata.namespace);
  const folders = new Map<string, string>(
    (container.volumeMounts ?? []).map(({ name, mountPath, subPath }: KubernetesObject) => [
      mountPath.replace(/(.)\/$/, '$1'),
      join(folder, name, subPath ?? ''),
    ]),
  );
  const here = (text: string) => withFolders(text, folders);
  for (const volume of pod.spec.volumes ?? []) await writeVolume(volume, pod, join(folder, volume.name), objects, here);

  const env: Record<string, string> = {};
  for (const { prefix = '', ...source } of container.envFrom ?? []) {
    const found = await objects(source);
    for (const [name, value] of Object.entries(found ?? {})) env[prefix + name] = value.toString();
  }
  for (const variable of container.env ?? []) {
    const value = await variableValue(variable, pod, objects);
    if (value !== undefined) env[variable.name] = expanded(value, env);
  }

  const command: string[] = container.command ?? entrypoint;
  const words = [...command, ...(container.args ?? [])].map((word) => here(expanded(word, env)));
  const [program, ...args] = [...(programs[words[0]!] ?? [words[0]!]), ...words.slice(1)];
  const itsTemporary = folders.get('/tmp');
  const ownEnv = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, here(value)]));
  return { program: program!, args, env: { ...(itsTemporary && { TMPDIR: itsTemporary }), ...ownEnv } };
}

/** Longer mount paths first: one can lie in another. */
function withFolders(text: string, folders: ReadonlyMap<string, string>): string {
  const paths = [...folders.keys()].sort((a, b) => b.length - a.length);
  if (paths.length === 0) return text;
  const escaped = paths.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  return text.replace(new RegExp(`(?<![\\w./-])(${escaped})(?![\\w.-])`, 'g'), (path) => folders.get(path)!);
}

/** `$(NAME)`, as Kubernetes expands it; `$$(NAME)` stands for itself. */
function expanded(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]+)\)/g, (whole, name) => (whole === '$$' ? '$' : (env[name] ?? whole)));
}

type Data = Readonly<Record<string, Buffer>>;
type Objects = (reference: KubernetesObject) => Promise<Data | undefined>;

/** The data of ConfigMaps and Secrets, by a reference to one; undefined where an optional one is not there. */
function namespaceObjects(client: ApiClient, namespace: string): Objects {
  return async (reference) => {
    const secret = reference.secret ?? reference.secretRef ?? reference.secretKeyRef;
    const map = reference.configMap ?? reference.configMapRef ?? reference.configMapKeyRef;
    const { name = secret?.secretName, optional } = secret ?? map;
    const path = `/api/v1/namespaces/${namespace}/${secret === undefined ? 'configmaps' : 'secrets'}/${name}`;
    try {
      const { data = {}, binaryData = {} } = await client.call('GET', path);
      const coded = secret === undefined ? binaryData : data;
      const plain = secret === undefined ? data : {};
      return Object.fromEntries([
        ...Object.entries(plain).map(([key, value]) => [key, Buffer.from(value as string)]),
        ...Object.entries(coded).map(([key, value]) => [key, Buffer.from(value as string, 'base64')]),
      ]);
    } catch (error) {
      if (optional && error instanceof ApiError && error.code === 404) return undefined;
      throw error;
    }
  };
}

async function writeVolume(
  volume: KubernetesObject,
  pod: KubernetesObject,
  folder: string,
  objects: Objects,
  here: (text: string) => string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  if (volume.emptyDir !== undefined) return;
  const sources = volume.projected?.sources ?? [volume];
  for (const source of sources) {
    const { configMap, secret, downwardAPI } = source;
    const files: Record<string, Buffer> = {};
    if (configMap !== undefined || secret !== undefined) {
      const data = (await objects(source)) ?? {};
      const items = (configMap ?? secret).items ?? Object.keys(data).map((key) => ({ key, path: key }));
      for (const { key, path } of items) files[path] = data[key]!;
    } else if (downwardAPI !== undefined) {
      for (const { path, fieldRef } of downwardAPI.items) files[path] = Buffer.from(fieldOf(pod, fieldRef.fieldPath));
    } else {
      throw new Error(`volume ${volume.name}: only emptyDir, configMap, secret and downwardAPI are supported here`);
    }
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      const text = content.toString();
      await writeFile(join(folder, path), Buffer.from(text).equals(content) ? here(text) : content);
    }
  }
}

async function variableValue(
  { name, value = '', valueFrom }: KubernetesObject,
  pod: KubernetesObject,
  objects: Objects,
): Promise<string | undefined> {
  if (valueFrom === undefined) return value;
  if (valueFrom.fieldRef !== undefined) return fieldOf(pod, valueFrom.fieldRef.fieldPath);
  const reference = valueFrom.secretKeyRef ?? valueFrom.configMapKeyRef;
  if (reference === undefined) throw new Error(`env ${name}: of ${Object.keys(valueFrom)} is not supported here`);
  const found = (await objects(valueFrom))?.[reference.key];
  if (found === undefined && !reference.optional)
    throw new Error(`env ${name}: ${reference.name} has no ${reference.key}`);
  return found?.toString();
}

/** `metadata.name`, `metadata.annotations['KEY']`, `status.podIP`, … */
function fieldOf(pod: KubernetesObject, path: string): string {
  const [, map, key] = /^metadata\.(annotations|labels)\['(.+)'\]$/.exec(path) ?? [];
  if (map !== undefined) return pod.metadata[map]?.[key!] ?? '';
  if (path === 'status.podIP' || path === 'status.hostIP') return '127.0.0.1';
  return path.split('.').reduce((object, field) => object?.[field], pod) ?? '';
}
