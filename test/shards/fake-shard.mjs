/** Stands for `load run … --shard i/N`: what it does is in its arguments. */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, shard, what, secret] = process.argv.slice(2);
const isAgain = existsSync(join(folder, `started-${shard}`));
// Before it says that it has started: the test sends the signal then.
if (what === 'stops' || what === 'drains') {
  process.on('SIGINT', () => {
    writeFileSync(join(folder, `interrupted-${shard}`), '');
    if (what === 'stops') process.exit(130);
  });
}
appendFileSync(join(folder, `started-${shard}`), `${process.pid}\n`);
process.on('disconnect', () => {
  writeFileSync(join(folder, `left-${shard}`), '');
  process.exit(143);
});

const end = (code, afterMs = 0) => setTimeout(() => process.exit(code), afterMs);
const untilFile = (file, code) => {
  const timer = setInterval(() => {
    if (!existsSync(join(folder, file))) return;
    clearInterval(timer);
    process.exit(code);
  }, 5);
};

switch (what) {
  case 'arguments':
    writeFileSync(join(folder, `arguments-${shard}`), JSON.stringify([secret, process.env.LOAD_HIDDEN_ARGUMENTS]));
    if (shard === '0') process.send({ phase: 'load' });
    else process.stderr.write(`a note\nwarning: the same of all\nerror: of shard ${shard}\n`);
    end(shard === '0' ? 99 : 0, 20);
    break;
  case 'killed-once':
    if (shard === '1' && !isAgain) process.kill(process.pid, 'SIGKILL');
    if (shard === '1') writeFileSync(join(folder, 'again-1'), process.env.LOAD_REPLACED ?? '');
    untilFile('again-1', 0);
    break;
  case 'killed':
    if (shard === '0') process.kill(process.pid, 'SIGKILL');
    setInterval(() => {}, 1000);
    break;
  case 'stops':
    if (shard !== '0') untilFile('interrupted-0', 0);
    else setInterval(() => {}, 1000);
    break;
  case 'drains':
    setInterval(() => {}, 1000);
    break;
  case 'stays':
    if (shard === '0') untilFile('started-1', 2);
    if (shard !== '0') setInterval(() => {}, 1000);
    break;
}
