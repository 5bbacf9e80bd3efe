/** One pod on the node: its container as a process from start to end, and what a kubelet reports of it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ended, spawnServer } from '../server-process.ts';
import { type ApiClient, ApiError, type KubernetesObject, MERGE_PATCH } from './api-client.ts';
import { ContainerLog } from './container-log.ts';
import { containerProcess, type Image } from './container-process.ts';

/** What a container ends with that could not be started. */
const START_ERROR = 128;

const GRACE_SECONDS = 30;

export const podPath = ({ metadata }: KubernetesObject) =>
  `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;

const now = () => new Date().toISOString();

export class PodProcess {
  readonly log = new ContainerLog();
  readonly #client: ApiClient;
  readonly #pod: KubernetesObject;
  readonly #startedAt = now();
  /** Its end is reported. */
  readonly #over: Promise<void>;
  #child: ChildProcess | undefined;
  #end: Promise<void> | undefined;

  /** @param folder its own: working directory, and volumes below */
  constructor(client: ApiClient, pod: KubernetesObject, folder: string, image: Image) {
    this.#client = client;
    this.#pod = pod;
    this.#over = this.#run(folder, image);
  }

  isNamed(namespace: string, name: string): boolean {
    return this.#pod.metadata.namespace === namespace && this.#pod.metadata.name === name;
  }

  /** SIGTERM, SIGKILL after the grace period; then its object goes, too. */
  end(graceSeconds = GRACE_SECONDS): Promise<void> {
    this.#end ??= this.#terminate(graceSeconds);
    return this.#end;
  }

  /** Its object is gone already, or the node goes. */
  async kill(): Promise<void> {
    this.#end ??= Promise.resolve();
    await ended(this.#child, 'SIGKILL');
    await this.#over;
  }

  async #terminate(graceSeconds: number): Promise<void> {
    const kill = setTimeout(() => this.#child?.kill('SIGKILL'), 1_000 * graceSeconds);
    await ended(this.#child, 'SIGTERM');
    await this.#over;
    clearTimeout(kill);
    const options = { gracePeriodSeconds: 0, preconditions: { uid: this.#pod.metadata.uid } };
    await ifThere(this.#client.call('DELETE', podPath(this.#pod), options));
  }

  async #run(folder: string, image: Image): Promise<void> {
    const failed = (exitCode: number, reason: string, message: string) =>
      this.#report('Failed', {
        terminated: { exitCode, reason, message, startedAt: this.#startedAt, finishedAt: now() },
      });
    try {
      const started = await this.#start(folder, image);
      if (started === undefined)
        return await failed(START_ERROR + constants.signals.SIGTERM, 'Error', 'deleted before its start');
      await this.#report('Running', { running: { startedAt: this.#startedAt } });
      const exitCode = await started.exit;
      if (exitCode !== 0) return await failed(exitCode, 'Error', '');
      const terminated = { exitCode, reason: 'Completed', startedAt: this.#startedAt, finishedAt: now() };
      await this.#report('Succeeded', { terminated });
    } catch (error) {
      await failed(START_ERROR, 'StartError', String(error));
    }
  }

  /** Its exit code, as a shell would give it; undefined if the pod was deleted before its start. */
  async #start(folder: string, image: Image): Promise<{ readonly exit: Promise<number> } | undefined> {
    const { containers, initContainers } = this.#pod.spec;
    if (containers.length > 1 || initContainers !== undefined)
      throw new Error('one container is what is supported here');
    await mkdir(folder, { recursive: true });
    const { program, args, env } = await containerProcess(this.#client, this.#pod, join(folder, 'volumes'), image);
    if (this.#end !== undefined) return undefined;
    const child = spawnServer(program, args, {
      cwd: folder,
      env: { PATH: process.env.PATH, TMPDIR: tmpdir(), HOME: folder, HOSTNAME: this.#pod.metadata.name, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.log.take(child.stdout!);
    this.log.take(child.stderr!);
    const exit = new Promise<number>((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? START_ERROR + constants.signals[signal!]));
    });
    await once(child, 'spawn');
    return { exit };
  }

  async #report(phase: string, state: KubernetesObject): Promise<void> {
    const isRunning = state.running !== undefined;
    const { name, image } = this.#pod.spec.containers[0];
    const condition = (type: string, isTrue: boolean) => ({
      ...{ type, status: isTrue ? 'True' : 'False', lastTransitionTime: now() },
    });
    const status = {
      ...{ phase, startTime: this.#startedAt, podIP: '127.0.0.1', hostIP: '127.0.0.1' },
      conditions: [
        ...['PodScheduled', 'Initialized'].map((type) => condition(type, true)),
        ...['Ready', 'ContainersReady'].map((type) => condition(type, isRunning)),
      ],
      containerStatuses: [
        {
          ...{ name, image, imageID: '', restartCount: 0, ready: isRunning, started: isRunning, state },
          // Where a test finds the process to kill.
          containerID: `process://${this.#child?.pid ?? 0}`,
        },
      ],
    };
    const patch = { metadata: { uid: this.#pod.metadata.uid }, status };
    await ifThere(this.#client.call('PATCH', `${podPath(this.#pod)}/status`, patch, MERGE_PATCH));
  }
}

/** Objects may go at any time, and another of the same name come: neither is of interest to who asked. */
export async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return undefined;
    throw error;
  }
}
