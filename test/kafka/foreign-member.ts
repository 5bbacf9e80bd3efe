/** A member of a consumer group that is not ours: kcat, as another service of the same group would be. */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { killed } from '../server-process.ts';

export interface ForeignMember {
  /** Resolves when the group has given it partitions. */
  readonly assigned: Promise<void>;
  /** kill -9: it does not leave the group, which waits for its session to end. */
  kill(): Promise<void>;
}

/** kcat ends when no broker answers, and is started again as a service would be. */
const RESTART_MS = 500;

/** Joins the group; what it reads of the topic it throws away. */
export function joinGroup(bootstrapServers: string, group: string, topic: string, sessionMs: number): ForeignMember {
  const session = [`session.timeout.ms=${sessionMs}`, `heartbeat.interval.ms=${Math.floor(sessionMs / 6)}`];
  const settings = [...session, 'reconnect.backoff.max.ms=200'].flatMap((each) => ['-X', each]);
  const args = ['-b', bootstrapServers, ...settings, '-G', group, topic];
  let isWanted = true;
  let child: ChildProcess;
  const join = async (): Promise<void> => {
    for (;;) {
      child = spawn('kcat', args, { stdio: ['ignore', 'ignore', 'pipe'] });
      if ((await isAssigned(child)) || !isWanted) return;
      await sleep(RESTART_MS);
    }
  };
  return {
    assigned: join(),
    kill: () => {
      isWanted = false;
      return killed(child);
    },
  };
}

/** False when it has ended before. */
function isAssigned(child: ChildProcess): Promise<boolean> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // `% Group G rebalanced (memberid M): assigned: T [0], T [1]`
      if (/assigned: \S+ \[\d+\]/.test(said)) resolve(true);
    });
    child.once('error', reject);
    child.once('exit', () => resolve(false));
  });
}
