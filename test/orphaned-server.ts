/** Starts two servers, one of them stopped, prints their process ids and waits: server-process.process.test.ts kills it. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnServer } from './server-process.ts';

const servers = [0, 1].map(() => spawnServer('sleep', ['600'], { stdio: 'ignore' }));
for (const { pid } of servers) while (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'sleep') await sleep(5);
servers[1]!.kill('SIGSTOP');
process.stdout.write(`${servers.map(({ pid }) => pid).join(' ')}\n`);
setInterval(() => {}, 2 ** 30);
