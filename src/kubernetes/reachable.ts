/** Whether pods could reach what a plan sends to. */
import type { Problem } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';

/** What pods cannot do together, whatever the cluster. */
export function clusterProblems({ target }: Plan, busServers: string | undefined): Problem[] {
  if (target.kind === 'embedded') {
    const message = 'each pod would have an embedded cluster of its own';
    return [
      { place: '--bootstrap-servers', message, hint: 'name a cluster that pods reach: --bootstrap-servers HOST:PORT' },
    ];
  }
  if (target.kind === 'null' && busServers === undefined) {
    const message = 'with the null transport there is no cluster that shards could talk through';
    return [{ place: '--bus-servers', message, hint: '--bus-servers HOST:PORT' }];
  }
  return [];
}

const THIS_HOST = /^(?:localhost|127\.[\d.]+|\[?::1\]?)(?::\d+)?$/i;

/** Servers that in a pod are the pod itself. */
export function ownAddresses(plan: Plan, busServers = ''): string[] {
  const lists = [busServers, ...plan.clients.map(({ properties }) => properties['bootstrap.servers'] ?? '')];
  const all = lists.flatMap((text) => text.split(',')).map((text) => text.trim());
  return [...new Set(all.filter((server) => THIS_HOST.test(server)))];
}
