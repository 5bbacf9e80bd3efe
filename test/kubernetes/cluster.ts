/**
 * Kubernetes on this machine: etcd, kube-apiserver and the controllers that Jobs need as processes on free loopback ports,
 * and one node whose containers are processes, too.
 */
import type { ChildProcess } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answering, freePorts, killed, spawnServer } from '../server-process.ts';
import { certificate } from '../transport/certificate.ts';
import { type Access, apiClient } from './api-client.ts';
import type { Image } from './container-process.ts';
import { type Kubelet, startKubelet } from './kubelet.ts';

export interface Cluster {
  /** May do everything. */
  readonly admin: ClusterUser;
  /** Is known, and may do nothing but what `system:authenticated` may. */
  readonly outsider: ClusterUser;
  stop(): Promise<void>;
}

export interface ClusterUser extends Access {
  /** File for `KUBECONFIG`; its namespace is `default`. */
  readonly kubeconfig: string;
}

/** Far beyond the 5 s that it takes on an idle machine. */
const START_LIMIT_MS = 120_000;

/** @param programs folder with `kubernetes-programs` */
export async function startCluster(programs: string, image: Image): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-'));
  const [etcdPort, peerPort, port, kubeletPort] = (await freePorts(4)) as [number, number, number, number];
  const children: ChildProcess[] = [];
  const cleanUp = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);

  const file = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const start = (name: string, flags: Readonly<Record<string, string>>) => {
    const log = openSync(join(folder, `${name}.log`), 'a');
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const child = spawnServer(join(programs, 'kubernetes-programs'), [name, ...args], { stdio: ['ignore', log, log] });
    closeSync(log);
    children.push(child);
    const output = () => readFileSync(join(folder, `${name}.log`), 'utf8');
    return (answers: () => Promise<boolean>) => answering(child, { name, answers, limitMs: START_LIMIT_MS, output });
  };
  const stopProcesses = async () => {
    await Promise.all(children.map(killed));
    process.off('exit', cleanUp);
    cleanUp();
  };

  const served = certificate({ names: ['127.0.0.1', 'localhost'] });
  const user = (name: string): ClusterUser => {
    const access = { server: `https://127.0.0.1:${port}`, ca: served.cert, token: randomBytes(16).toString('hex') };
    return { ...access, kubeconfig: file(`${name}.kubeconfig`, kubeconfigOf(access)) };
  };
  const admin = user('admin');
  const outsider = user('outsider');
  const client = apiClient(admin);
  let kubelet: Kubelet | undefined;
  const stop = async () => {
    await kubelet?.stop();
    client.close();
    await stopProcesses();
  };

  try {
    start('etcd', etcdFlags(join(folder, 'etcd'), etcdPort, peerPort));
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const accountKey = file('service-accounts.key', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    const ready = start('kube-apiserver', {
      'etcd-servers': `http://127.0.0.1:${etcdPort}`,
      'bind-address': '127.0.0.1',
      // Only written into objects that no test reads; a loopback address is refused.
      'advertise-address': '10.0.0.1',
      'endpoint-reconciler-type': 'none',
      'secure-port': String(port),
      'tls-cert-file': file('server.crt', served.cert),
      'tls-private-key-file': file('server.key', served.key),
      'token-auth-file': file('tokens.csv', `${admin.token},admin,1,"system:masters"\n${outsider.token},outsider,2\n`),
      'authorization-mode': 'RBAC',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': accountKey,
      'service-account-signing-key-file': accountKey,
      'service-cluster-ip-range': '10.0.0.0/24',
      // Nobody creates the accounts and tokens that it would mount: pods here have no access to the API.
      'disable-admission-plugins': 'ServiceAccount',
      profiling: 'false',
      v: '1',
    });
    await ready(async () => {
      const answer = await client.call('GET', '/api/v1/namespaces/default').catch(() => undefined);
      return answer !== undefined;
    });
    start('controllers', { kubeconfig: admin.kubeconfig });
    kubelet = await startKubelet({
      client,
      certificate: served,
      port: kubeletPort,
      folder: join(folder, 'pods'),
      image,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { admin, outsider, stop };
}

function etcdFlags(folder: string, port: number, peerPort: number): Record<string, string> {
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return {
    name: 'node',
    'data-dir': folder,
    'listen-client-urls': url,
    'advertise-client-urls': url,
    'listen-peer-urls': peerUrl,
    'initial-advertise-peer-urls': peerUrl,
    'initial-cluster': `node=${peerUrl}`,
    // The data is thrown away.
    'unsafe-no-fsync': 'true',
    'log-level': 'warn',
  };
}

/** JSON is YAML. */
function kubeconfigOf({ server, ca, token }: Access): string {
  const authority = Buffer.from(ca).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': authority } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    'current-context': 'test',
  });
}
