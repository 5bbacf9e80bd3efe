/**
 * Nothing waits for ever: every place in the sources that can wait, and what ends it. Whoever adds one is sent here, to say
 * by which deadline on the monotonic clock it ends and what a signal does. Where nothing else is said, a signal that comes
 * before a run or a role has begun ends the process at once, and later once more does.
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { repositoryFiles } from './repository-files.ts';

const SIGNAL = 'the signal; until then it is what the command is for';
const TIMER = 'it only fires: nobody waits for it';

/** In the order in which they stand in each file. `loop` is one that waits in what it repeats. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  'src/cli.ts': [
    'new Promise: the write callback; a pipe that nobody reads keeps it, as any program, LAST_WRITE_MS after a signal',
    `setTimeout: the deadline itself`,
  ],
  'src/commands/consume.ts': ['new Promise: the deadline itself, beside what is written', `setTimeout: ${TIMER}`],
  'src/commands/embedded.ts': [`new Promise: ${SIGNAL}`, `setInterval: ${TIMER}`],
  'src/commands/metrics/metrics-server.ts': [
    'new Promise: --metrics-linger, or the signal',
    'setInterval: the same',
    'new Promise: all connections are closed beside it',
  ],
  'src/commands/record-printer.ts': [
    `loop: ${SIGNAL}; the number of records, or the end of the range`,
    'loop: the records of one poll, each written or decoded',
    `setInterval: ${TIMER}`,
    'new Promise: the write callback, an error where the reader of the pipe is gone, or LAST_WRITE_MS after the signal',
  ],
  'src/commands/roles/enqueue.ts': [
    'loop: all are put, or the signal and 10 s (untilLast)',
    'sleep: the message is due, or the signal',
  ],
  'src/commands/roles/monitor.ts': [`loop: ${SIGNAL}`, 'sleep: the interval, or the signal'],
  'src/commands/roles/senders.ts': [`setInterval: ${TIMER}`],
  'src/commands/sample.ts': [
    'new Promise: the write callback',
    'new Promise: the write callback',
    'once: the kernel answers',
    'once: the kernel answers',
  ],
  'src/coordinator/broker-wait.ts': ['sleep: the back-off, at most 5 s, or the signal', 'loop: --wait-for-broker'],
  'src/coordinator/hang-watch.ts': [`setInterval: ${TIMER}`, 'new Promise: the deadline itself'],
  'src/coordinator/worker-group.ts': [
    'sleep: CLOSE_MS',
    'new Promise: READY_MS of the HangWatch, by way of the worker it gives up',
    `setInterval: ${TIMER}`,
  ],
  'src/coordinator/clock-probes.ts': ['loop: a partition each, PROBES reads'],
  'src/coordinator/execute.ts': ['new Promise: beside what it is raced with, the questions of Admin'],
  'src/coordinator/measure.ts': [`setTimeout: ${TIMER}`],
  'src/coordinator/reading-side.ts': [
    'new Promise: the deadline itself, beside the members at the barrier',
    'setTimeout: ASSIGNMENT_MS',
    'setTimeout: gracefulStop after a signal, from the end of the producers on',
    `setInterval: ${TIMER}`,
  ],
  'src/engine/loop.ts': [
    'loop: load, gracefulStop after its planned end or the stop word; the HangWatch where it does not turn',
    'loop: as long as reports are ready',
    'loop: drain, gracefulStop or the stop word',
    'loop: PURGE_MS',
  ],
  'src/experiments/child-run.ts': ['new Promise: the run, which ends as `load run` does; a signal is passed on to it'],
  'src/experiments/capacity/search.ts': [
    'loop: the steps of a search, max STEPS_MAX; the signal, which lets one drain',
  ],
  'src/experiments/run-experiment.ts': ['loop: the runs that are planned; the signal, which lets one drain'],
  'src/experiments/settle.ts': [
    'loop: its count of messages, each PING_TIMEOUT_MS',
    'loop: --settle and a group of messages, or the signal',
    'loop: twice PING_TIMEOUT_MS',
  ],
  'src/kubernetes/api.ts': ['AbortSignal.timeout: the deadline itself, of one answer'],
  'src/kubernetes/follow-run.ts': [
    `setInterval: ${TIMER}`,
    'loop: the run, which ends by its plan or activeDeadlineSeconds; --shard-wait for its start; the grace period of its pods after a signal',
    'new Promise: LOOK_MS at the latest',
    'new Promise: never; what it is raced with',
  ],
  'src/kubernetes/pod-log.ts': [
    'loop: the container, and the signal',
    'sleep: AGAIN_MS',
    'AbortSignal.timeout: the deadline itself',
  ],
  'src/kubernetes/watched-list.ts': ['loop: the signal, or UNREACHABLE_MS', 'sleep: AGAIN_MS'],
  'src/listening.ts': ['new Promise: the kernel answers at once'],
  'src/lifecycle/topic-reader.ts': ['loop: all is read, or SILENCE_MS'],
  'src/registry/exchange.ts': [
    'loop: Patience.totalMs',
    'sleep: Patience.totalMs',
    'new Promise: Patience.answerMs',
    'AbortSignal.timeout: the deadline itself',
  ],
  'src/registry/writer-schema.ts': ['loop: REFERENCES_MAX questions, each with its Patience'],
  'src/observers/fault-command.ts': [
    'new Promise: its own end; at the end of the run SIGKILL after KILL_AFTER_MS, its output closed',
    'setTimeout: KILL_AFTER_MS, the deadline itself',
  ],
  'src/observers/faults.ts': [`setTimeout: ${TIMER}`, 'sleep: MEND_MS, the deadline of a command that mends'],
  'src/page/client/live.tsx': [`setTimeout: ${TIMER}`, `setTimeout: ${TIMER}`],
  'src/reading/member.ts': [
    'loop: the group is assigned, or the start is cancelled: READY_MS of the HangWatch at the latest',
    'loop: the barrier opens or is cancelled, the same',
  ],
  'src/recorder/control-memory.ts': [
    'Atomics.wait: the barrier opens or is cancelled, READY_MS of the HangWatch at the latest',
  ],
  'src/report/live-screen.ts': [`setTimeout: ${TIMER}`],
  'src/roles/kafka-metrics.ts': [
    'loop: message.timeout.ms each time, tried again until the signal and 10 s (untilLast)',
    'sleep: RETRY_MS',
    'new Promise: message.timeout.ms',
    'loop: message.timeout.ms',
    'sleep: REPORT_POLL_MS',
    'loop: closed, within POLL_MS',
  ],
  'src/roles/kafka-queue.ts': [
    `setInterval: ${TIMER}`,
    'loop: nobody wants a message any more, within POLL_MS',
    'loop: committed, or closed; nobody waits for it',
    'sleep: COMMIT_AGAIN_MS',
    'sleep: awayMs',
    'loop: what is in hand is acknowledged, or closed; nobody waits for it',
  ],
  'src/roles/last-wait.ts': ['new Promise: 10 s from the signal', 'setTimeout: the deadline itself'],
  'src/roles/rabbitmq-connection.ts': [
    'await connect: answers at once, it connects beside',
    'sleep: OPEN_TIMEOUT_MS',
    'await create: OPEN_TIMEOUT_MS at the start, later the heartbeat',
    'await channel: OPEN_TIMEOUT_MS at the start, later the heartbeat',
    'sleep: ANSWER_TIMEOUT_MS',
  ],
  'src/roles/rabbitmq-producer.ts': [
    'loop: confirmed, or the signal and 10 s (untilLast)',
    'sleep: RETRY_MS',
    'new Promise: confirmed, or the connection breaks, by its heartbeat at the latest',
  ],
  'src/roles/rabbitmq-queue.ts': [
    'await channel: OPEN_TIMEOUT_MS at the start, later the heartbeat',
    'await channel: OPEN_TIMEOUT_MS at the start, later the heartbeat',
    'sleep: ACKNOWLEDGE_MS',
  ],
  'src/roles/redis-metrics.ts': [
    'loop: kept, or the signal and 10 s (untilLast)',
    'await redis: SILENCE_MS breaks the connection; asked again on the next one',
    'sleep: RETRY_MS',
    'await redis: ANSWER_TIMEOUT_MS for who waits; it is asked again on the next connection',
    'sleep: ANSWER_TIMEOUT_MS',
    'sleep: OPEN_TIMEOUT_MS',
    'sleep: ANSWER_TIMEOUT_MS',
  ],
  'src/roles/sender.ts': [`loop: ${SIGNAL}`, 'sleep: the time the message takes, which a signal lets it have'],
  'src/roles/takers.ts': [`new Promise: ${SIGNAL}`],
  'src/shards/directory-bus.ts': [
    'loop: ARRIVAL_MS of a frame, or closed',
    'loop: closed; who waits for a message has a deadline of its own',
    'sleep: POLL_MS, or closed',
  ],
  'src/shards/frame-file.ts': [
    'loop: untilMs, SEND_MS after the call',
    'sleep: RETRY_MS',
    'loop: the length that the file has at its beginning',
  ],
  'src/shards/whole-run.ts': [
    'setInterval: the end of the run',
    'loop: LOST_MS of silence of each shard',
    'sleep: LOOK_MS',
  ],
  'src/shards/session.ts': [
    'new Promise: --shard-wait, or a failure',
    'setTimeout: the deadline itself',
    `setTimeout: ${TIMER}`,
  ],
  'src/shards/kafka-bus.ts': [
    'loop: PROBES round trips, and PROBE_FAILURES_MAX that fail',
    'loop: closed; who waits for a message has a deadline of its own',
    'loop: the same',
    'sleep: POLL_MS, or closed',
  ],
  'src/shards/collect.ts': ['loop: LOST_MS of silence of each shard, or the signal', 'sleep: LOOK_MS'],
  'src/shards/local-shards.ts': [
    'setTimeout: KILL_AFTER_MS after the second signal',
    'setTimeout: END_MS, the deadline of the other shards when shard 0 has ended',
    'setTimeout: KILL_AFTER_MS later',
    'loop: STARTS_MAX',
    'new Promise: the run, which ends as `load run` does; a signal is passed on to it, the second one ends all processes',
  ],
  'src/web/live-server.ts': ['loop: every page has the report, END_MS', 'sleep: END_POLL_MS'],
  'src/transport/commit-thread.ts': [
    'loop: once more, where the answer came at the moment of closing',
    'Atomics.wait: START_MS, the time-out of a call, or CLOSE_MS',
  ],
  'src/transport/librdkafka/commit-loop.ts': [
    'loop: the lane is closed',
    'loop: asked, or the lane is closed',
    'Atomics.wait: until it is asked; it is notified, also where the lane is closed',
  ],
  'src/transport/librdkafka/admin-client.ts': [
    'sleep: LATE_MS',
    'callAsync: the type of call, which waits no longer than timeoutMs and LATE_MS',
    'sleep: timeoutMs and LATE_MS',
    'callAsync: the same',
    'loop: timeoutMs',
    'sleep: ANSWER_POLL_MS',
    'rd.metadata: its time-out, and LATE_MS of call',
  ],
  'src/transport/librdkafka/admin.ts': [
    'rd.clusterId: its time-out, and LATE_MS of call',
    'loop: timeoutMs',
    'loop: a thousand partitions each',
    'sleep: POLL_MS',
    'loop: timeoutMs without another topic',
    'sleep: POLL_MS',
  ],
  'src/transport/librdkafka/append-clock.ts': [
    'loop: DELIVERY_MS; the client reports on a record when it gives it up',
    'queuePoll(: POLL_MS',
  ],
  'src/transport/librdkafka/broker-version.ts': ['setTimeout: the deadline itself'],
  'src/transport/librdkafka/client-problem.ts': [
    'queuePoll(: LOG_WAIT_MS; the line already exists, no broker is asked',
    'queuePoll(: LOG_WAIT_MS',
  ],
  'src/transport/librdkafka/client.ts': ['callAsync: LATE_MS of the one that asks for it'],
  'src/transport/librdkafka/consumer.ts': [
    'waiter.waitAsync: the time-out that poll is given',
    'loop: coordinatorMs',
    'sleep: REBALANCE_POLL_MS',
    'sleep: coordinatorMs, ANSWER_POLL_MS each time',
    'sleep: the same',
  ],
  'src/transport/librdkafka/embedded-cluster.ts': ['Atomics.wait: PAUSE_MS'],
  'src/transport/librdkafka/library.ts': ['callAsync: where it is called', 'new Promise: the same'],
  'src/transport/librdkafka/offset-client.ts': [
    'sleep: the deadline itself, beside the question',
    'loop: waitMs, 10 s; a run is not yet begun, or it waits for what was sent to be read',
    'sleep: RETRY_MS',
  ],
  'src/transport/librdkafka/partition-list.ts': ['callAsync: the time-out that its caller gives'],
  'src/transport/librdkafka/open-clients.ts': [
    'rd.metadata: its time-out, also where topics are asked for again, one of eight clients; then the stop word ends it; readyMs of the HangWatch where the wall clock was set back meanwhile',
  ],
  'src/transport/librdkafka/producer.ts': [
    'waiter.wait: the time-out that poll is given, 50 ms',
    'rd.flush: its time-out; the HangWatch where the wall clock was set back meanwhile',
    'loop: its deadline',
    'waiter.wait: what is left until the deadline',
  ],
  'src/transport/librdkafka/queue-waiter.ts': ['callAsync: poll(2), its time-out'],
  'src/transport/librdkafka/record-reader.ts': [
    'waiter.wait: the time-out that poll is given, 50 ms',
    'waiter.wait: coordinatorMs, ANSWER_POLL_MS each time',
  ],
  'src/transport/librdkafka/partition-reader.ts': ['callAsync: the client answers at once, no broker is asked'],
  'src/transport/librdkafka/topic-requests.ts': ['loop: the time-out of each batch'],
  'src/transport/librdkafka/topic-writer.ts': [
    'new Promise: the time-out that send is given, looked at every POLL_MS',
    `setTimeout: ${TIMER}`,
  ],
  'src/transport/librdkafka/transactions.ts': [
    'rd.flush: FLUSH_MS, 1 ms; so abort, and the wait for a commit: CALL_MS, at most 10 ms; the producer id: TRANSACTIONS_TIMEOUT_MS, 20 s',
  ],
  'src/transport/librdkafka/reachability.ts': [
    "await lookup: the system's resolver, some 10 s",
    'new Promise: PROBE_TIMEOUT_MS',
    'setTimeout: the deadline itself',
  ],
  'src/transport/null.ts': ['sleep: the time-out that poll is given', 'Atomics.wait: the same'],
};

/** The wall clock dates things; it never says how long something lasts. */
const WALL_CLOCK = [
  'src/commands/consume-settings.ts',
  'src/commands/dry-run.ts',
  'src/commands/kube-run.ts',
  'src/commands/kube.ts',
  'src/commands/metrics/metrics-source.ts',
  'src/commands/roles/enqueue.ts',
  'src/commands/roles/monitor.ts',
  'src/commands/run.ts',
  'src/commands/sample.ts',
  'src/commands/shard.ts',
  'src/commands/shards.ts',
  'src/commands/verify.ts',
  'src/coordinator/measure.ts',
  'src/experiments/capacity/search.ts',
  'src/experiments/open-experiment.ts',
  'src/experiments/run-experiment.ts',
  'src/plan/build-plan.ts',
  'src/report/interrupted.ts',
  'src/shards/collect.ts',
  'src/shards/session.ts',
  'src/shards/wall-clock.ts',
  'src/transport/librdkafka/reachability.ts',
  'src/workload/record-check.ts',
];

const sources = [...repositoryFiles('src'), ...repositoryFiles('workers')].map((path) => ({
  path,
  code: readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|^import .*$/gm, ''),
}));

/** Timers, promises that somebody has to keep, calls into C that wait, servers' answers, and loops around them. */
const WAIT = new RegExp(
  [
    /\bnew Promise\b/,
    /\b(?:setTimeout|setInterval|sleep|callAsync)(?=[(<])/,
    /\bonce(?=\(file)/,
    /\b(?:Atomics\.wait|AbortSignal\.timeout|waiter\.wait(?:Async)?)\b/,
    /\brd\.(?:flush|metadata|clusterId|watermarks)\b/,
    /\bqueuePoll\((?![^()]*, 0\))/,
    /\bawait (?:redis|channel|connect|create|lookup)\b/,
    /\b(?:while|for) \((?!const)/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

function waitsOf(code: string): string[] {
  const found: string[] = [];
  for (const { 0: wait, index } of code.matchAll(WAIT)) {
    if (!/^(?:while|for) /.test(wait)) found.push(wait);
    else if (/\bawait\b|[.#]poll\(|\bwait(?:Async)?\(/.test(loopAt(code, index))) found.push('loop');
  }
  return found;
}

/** Head and body of the loop that begins at `index`, by its indentation. */
function loopAt(code: string, index: number): string {
  const lineEnd = code.indexOf('\n', index);
  if (!code.slice(index, lineEnd).endsWith('{')) return code.slice(index, lineEnd);
  const [indent] = /^ */.exec(code.slice(code.lastIndexOf('\n', index) + 1)) ?? [''];
  return code.slice(index, code.indexOf(`\n${indent}}`, index));
}

test('every wait has an end', () => {
  const found = sources.map(({ path, code }) => [path, waitsOf(code)] as const).filter(([, waits]) => waits.length > 0);
  const named = Object.entries(ENDS).map(([path, ends]) => [path, ends.map((end) => end.split(':')[0]!)] as const);
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(named));
});

test('no time is measured by the wall clock', () => {
  const found = sources.filter(({ code }) => /\bDate\.now\(|\bnew Date\(\)/.test(code)).map(({ path }) => path);
  expect(found.sort()).toEqual(WALL_CLOCK);
});

test('what a wait looks like', () => {
  const code = [
    '  for (;;) {\n    await answer();\n  }',
    '  for (let i = 0; i < n; i++) {\n    sum += i;\n  }',
    '  while (!isOver) await pause();',
    '  rd.queuePoll(client.queue, 0);',
    '  rd.queuePoll(client.queue, leftMs);',
  ];
  expect(code.map((text) => waitsOf(`${text}\n`))).toEqual([['loop'], [], ['loop'], [], ['queuePoll(']]);
});
