/** What `load kube run` does in the cluster, and whether it may: asked beforehand, all at once. */
import { LoadError } from '../errors.ts';
import { ApiError, type KubeApi } from './api.ts';

/** A rule of a Role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** As in deploy/kubernetes/sharded/role.yaml. */
export const RULES: readonly Rule[] = [
  { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'watch', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'delete'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  { apiGroups: [''], resources: ['events'], verbs: ['list'] },
];

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

interface Review {
  readonly status?: { readonly allowed: boolean };
}

/** @throws LoadError that names every right which is missing. */
export async function checkRights(api: KubeApi, namespace: string): Promise<void> {
  const asked = RULES.flatMap(({ apiGroups, resources, verbs }) =>
    verbs.map((verb) => ({ group: apiGroups[0]!, resource: resources[0]!, verb })),
  );
  const answers = await Promise.all(asked.map((each) => isAllowed(api, namespace, each)));
  const missing = asked.filter((_, i) => !answers[i]);
  if (missing.length === 0) return;
  const resources = [...new Set(missing.map(({ resource }) => resource))];
  const named = resources.map((resource) => {
    const verbs = missing.filter((each) => each.resource === resource).map(({ verb }) => verb);
    return `${verbs.join(', ')} ${resource}`;
  });
  throw new LoadError(
    'KUBERNETES',
    `Kubernetes does not allow you, in namespace ${namespace}, to ${named.join('; ')}`,
    {
      hint: 'deploy/kubernetes/sharded/role.yaml is a Role that has all of it; or --namespace NS',
    },
  );
}

async function isAllowed(
  api: KubeApi,
  namespace: string,
  { group, resource, verb }: { readonly group: string; readonly resource: string; readonly verb: string },
): Promise<boolean> {
  const [kind, subresource] = resource.split('/');
  const attributes = { namespace, group, resource: kind, verb, ...(subresource && { subresource }) };
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: attributes },
  };
  try {
    const { status } = await api.call<Review>(REVIEWS, { method: 'POST', body });
    return status?.allowed ?? true;
  } catch (error) {
    // Whoever may not ask finds out when it is done.
    if (error instanceof ApiError && error.status === 403) return true;
    throw error;
  }
}
