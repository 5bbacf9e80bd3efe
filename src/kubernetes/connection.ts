/** Which cluster, as whom, and in which namespace: kubeconfig, or the service account of a pod. */
import type { RequestOptions } from 'node:https';
import { LoadError } from '../errors.ts';

export interface Connection {
  /** `https://HOST:PORT`. */
  readonly server: string;
  readonly namespace: string;
  /** As the kubeconfig names it, for messages. */
  readonly context: string;
  /** Certificates, token, proxy: of each request, since tokens expire. */
  options(): Promise<RequestOptions>;
}

/** Asked for again after this long: a plugin may have to be run for it. */
const OPTIONS_MS = 60_000;

/** @throws LoadError where no cluster is configured. */
export async function openConnection(context: string | undefined): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node').catch(notInstalled);
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (cause) {
    const file = process.env.KUBECONFIG || '~/.kube/config';
    throw unusable(
      `the kubeconfig ${file} cannot be read: ${(cause as Error).message}`,
      'KUBECONFIG names another file',
    );
  }
  const names = config.getContexts().map(({ name }) => name);
  if (context !== undefined && !names.includes(context)) {
    throw unusable(`there is no context \`${context}\` in the kubeconfig`, `--context: one of ${names.join(', ')}`);
  }
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  // What the library answers where it found neither a file nor a service account.
  const isNone = cluster?.server === 'http://localhost:8080' && config.getCurrentContext() === 'loaded-context';
  if (isNone) throw unusable('no Kubernetes cluster is configured', 'KUBECONFIG, or ~/.kube/config, names one');
  if (cluster === null)
    throw unusable('the kubeconfig has no current context', `--context: one of ${names.join(', ')}`);
  const inContext = config.getContextObject(config.getCurrentContext())?.namespace;
  let known: { readonly options: RequestOptions; readonly untilMs: number } | undefined;
  return {
    server: cluster.server,
    namespace: inContext || 'default',
    context: config.getCurrentContext(),
    options: async () => {
      if (known === undefined || performance.now() > known.untilMs) {
        const options: RequestOptions = {};
        try {
          await config.applyToHTTPSOptions(options);
        } catch (cause) {
          throw unusable(
            `cannot log in to ${cluster.server}: ${(cause as Error).message}`,
            '`kubectl get pods` shows more',
          );
        }
        known = { options, untilMs: performance.now() + OPTIONS_MS };
      }
      return known.options;
    },
  };
}

function unusable(message: string, hint: string): LoadError {
  return new LoadError('KUBERNETES', message, { hint });
}

function notInstalled(cause: unknown): never {
  throw new LoadError('KUBERNETES', '@kubernetes/client-node is not installed', {
    hint: 'install optional dependencies as well, or apply the output of `load kube render` with kubectl',
    cause,
  });
}
