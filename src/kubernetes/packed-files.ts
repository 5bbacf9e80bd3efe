/** The files that a profile refers to, for a ConfigMap: found, counted, and named where pods have them. */
import { isUtf8 } from 'node:buffer';
import { readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, resolve } from 'node:path';
import type { Problem } from '../errors.ts';
import { formatBytes } from '../units.ts';
import { pathsOf, type WorkloadReference, writtenOf } from '../workload/reference.ts';
import type { SecretMount } from './kube-run.ts';

export interface PackedFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Where pods have them. */
export const FILES_DIRECTORY = '/etc/load';

/** A ConfigMap takes 1 MiB; some is left for its own fields. */
export const FILES_BYTES_MAX = 1_000_000;

/** Client properties that name a file; those of `true` a secret one. */
const FILE_PROPERTIES: Readonly<Record<string, boolean>> = {
  'ssl.ca.location': false,
  'ssl.certificate.location': false,
  'ssl.crl.location': false,
  'ssl.key.location': true,
  'ssl.keystore.location': true,
  'sasl.kerberos.keytab': true,
};

const ELSEWHERE = 'put it into an image of your own (FROM kafka-load-engine) and name its path there';

export class PackedFiles {
  readonly problems: Problem[] = [];
  readonly #cwd: string;
  readonly #mounts: readonly SecretMount[];
  /** By the path on this machine. */
  readonly #files = new Map<string, PackedFile>();
  #bytes = 0;

  constructor(cwd: string, mounts: readonly SecretMount[]) {
    this.#cwd = cwd;
    this.#mounts = mounts;
  }

  /** All of them, `first` first. */
  with(first: PackedFile): PackedFile[] {
    return [first, ...this.#files.values()];
  }

  /** As a profile in a pod writes it. */
  workload(reference: WorkloadReference): unknown {
    if (typeof reference === 'string') return reference;
    if ('module' in reference) return this.#module(reference.module);
    const { schema, ...other } = writtenOf(reference) as { schema?: string | readonly string[]; file?: string };
    return {
      ...(other.file !== undefined && { file: this.#add(other.file) }),
      ...(schema !== undefined && {
        schema: typeof schema === 'string' ? this.#add(schema) : pathsOf(schema).map((path) => this.#add(path)),
      }),
    };
  }

  /** The same data with the files that client properties name where pods have them. */
  rewrite<T>(value: T, path = ''): T {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((each, i) => this.rewrite(each, `${path}[${i}]`)) as T;
    const entries = Object.entries(value).map(([key, inner]) => {
      const at = path === '' ? key : `${path}.${key}`;
      const isFile = Object.hasOwn(FILE_PROPERTIES, key) && typeof inner === 'string' && inner !== '';
      return [key, isFile ? this.#property(key, inner, at) : this.rewrite(inner, at)] as const;
    });
    return Object.fromEntries(entries) as T;
  }

  #property(name: string, value: string, path: string): string {
    if (name === 'ssl.ca.location' && value === 'probe') return value;
    if (this.#mounts.some((mount) => isAbsolute(value) && value.startsWith(`${mount.path}/`))) return value;
    if (FILE_PROPERTIES[name] === true) {
      const hint = `--secret-mount SECRET:/etc/tls, and ${name}: /etc/tls/FILE; or ssl.key.pem: \${…} with --secret`;
      this.problems.push({ path, message: 'this file does not belong into a ConfigMap', hint });
      return value;
    }
    return this.#add(resolve(this.#cwd, value), path);
  }

  #module(file: string): string {
    const name = this.#add(file);
    const packed = this.#files.get(file)?.content.toString() ?? '';
    if (/(?:\bfrom|\bimport|\brequire\()\s*\(?\s*['"]\.{1,2}\//.test(packed)) {
      this.problems.push({
        place: basename(file),
        message: 'it imports other files, which pods do not have',
        hint: ELSEWHERE,
      });
    }
    return name;
  }

  /** @returns the path in a pod. */
  #add(file: string, path?: string): string {
    const known = this.#files.get(file);
    if (known !== undefined) return `${FILES_DIRECTORY}/${known.name}`;
    const taken = new Set(['profile.yaml', ...[...this.#files.values()].map(({ name }) => name)]);
    const plain = basename(file).replaceAll(/[^-.\w]/g, '-');
    let name = plain;
    for (let number = 2; taken.has(name); number++) name = `${number}-${plain}`;
    const content = this.#read(file, path);
    if (content !== undefined) this.#files.set(file, { name, content });
    return `${FILES_DIRECTORY}/${name}`;
  }

  #read(file: string, path: string | undefined): Buffer | undefined {
    const place = path === undefined ? { place: basename(file) } : { path };
    try {
      const { size } = statSync(file);
      this.#bytes += size;
      if (this.#bytes <= FILES_BYTES_MAX) return readFileSync(file);
      const message = `${file}: with ${formatBytes(size)} the profile's files have more than ${formatBytes(FILES_BYTES_MAX)}, which is what a ConfigMap takes`;
      this.problems.push({ ...place, message, hint: ELSEWHERE });
    } catch (error) {
      this.problems.push({ ...place, message: `cannot be read: ${(error as Error).message}`, hint: ELSEWHERE });
    }
    return undefined;
  }
}

/** The two maps of a ConfigMap: text as it is, anything else in base64. */
export function configMapData(files: readonly PackedFile[]): {
  readonly data: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
} {
  const of = (isText: boolean) => files.filter(({ content }) => isUtf8(content) === isText);
  const binary = of(false).map(({ name, content }) => [name, content.toString('base64')] as const);
  return {
    data: Object.fromEntries(of(true).map(({ name, content }) => [name, content.toString()])),
    ...(binary.length > 0 && { binaryData: Object.fromEntries(binary) }),
  };
}
