/** Which commands there are: what each takes, how it is called, and where it is. Loads none of them. */
import type { Command } from './command.ts';
import {
  baselineFlags,
  capacityFlags,
  collectFlags,
  compareFlags,
  consumeFlags,
  doctorFlags,
  embeddedFlags,
  importFlags,
  initFlags,
  planFlags,
  reportFlags,
  runFlags,
  sampleFlags,
  setupFlags,
  sweepFlags,
} from './flags.ts';
import { kubeFlags } from './kube-flags.ts';
import { enqueueFlags, monitorFlags, sendersFlags } from './roles/role-flags.ts';
import { verifyFlags } from './verify-flags.ts';

export const DEFAULT_COMMAND = 'run';

export const COMMANDS: Readonly<Record<string, Command>> = {
  run: {
    describe: 'Run a profile and measure it (the default command)',
    flags: runFlags,
    takesProfile: true,
    examples: [
      ['', 'ten seconds of ATM transactions at 1,000 a second'],
      ['atm -r 100 -t 10 -b', '100 at the start of each of ten seconds: exactly 1,000'],
      ['atm -b -t 30', 'as fast as acknowledgements allow, for 30 seconds'],
      ['smoke -X linger.ms=0 --out none', 'another client property; no result files'],
      ['atm -r 1000/s -t 5m --web', 'with charts in the browser while it runs'],
      ['atm --metrics-port 9464', 'with Prometheus metrics while it runs'],
      ['atm --help', 'including the parameters of its records'],
    ],
    module: () => import('./run.ts'),
  },
  sweep: {
    describe: 'Run every combination of settings, several times in shuffled rounds, and compare them',
    flags: sweepFlags,
    takesProfile: true,
    takesExperiment: true,
    examples: [
      ['sweep atm --vary compression.type=none,lz4,zstd --vary linger.ms=0,20 -t 20s', 'six cells, five runs of each'],
      ['sweep compression --plan', 'a bundled experiment: its cells, runs and time'],
      ['sweep acks --bootstrap-servers localhost:9092 --resume', 'goes on where it was interrupted'],
    ],
    module: () => import('./sweep.ts'),
  },
  capacity: {
    describe: 'Find the highest rate that meets an objective, as a bracket',
    flags: capacityFlags,
    takesProfile: true,
    examples: [
      ["capacity atm --slo 'response_ms p(99)<50'", 'from a probe at full speed, to 5 %, confirmed three times'],
      ["capacity atm --slo 'response_ms p(99)<50' --from 1000/s --to 64000/s --hold 30s", 'a range, and longer steps'],
      ["capacity atm --slo 'response_ms p(99)<50' --plan", 'how many steps and how long; nothing is sent'],
    ],
    module: () => import('./capacity.ts'),
  },
  plan: {
    describe: 'Show what a profile would send, when and where; nothing is sent',
    flags: { ...planFlags, shards: runFlags.shards },
    takesProfile: true,
    examples: [
      ['plan atm-1h', 'an hour, minute by minute'],
      ['plan atm -r 50 -t 2m --format json', 'with other flags, for a script'],
    ],
    module: () => import('./plan.ts'),
  },
  sample: {
    describe: 'Print records of a profile as a run would send them; nothing is sent',
    flags: sampleFlags,
    takesProfile: true,
    examples: [
      ['sample atm -n 3 --explain', 'three records, and where each field comes from'],
      ['sample atm --from 1000000 --seed 7 --format json', 'from the millionth on, a record a line'],
      ['sample atm -n 10000 --format avro --out atm.avro', 'an Avro container file'],
    ],
    module: () => import('./sample.ts'),
  },
  schema: {
    describe: 'Check, register or show the Avro schemas of a profile, at its schema registry',
    flags: planFlags,
    takesProfile: true,
    actions: ['check', 'register', 'show'],
    examples: [
      ['schema check atm --schema-registry-url http://localhost:8081', 'checks compatibility; changes nothing'],
      ['schema register atm --schema-registry-url http://localhost:8081', 'what a run does before it starts'],
      ['schema show atm', 'the schemas, and their versions in the registry'],
    ],
    module: () => import('./schema.ts'),
  },
  consume: {
    describe: 'Read topics as a consumer group, and print the records as they come',
    flags: consumeFlags,
    takesProfile: false,
    positionals: [{ usage: '[TOPICS..]', describe: 'topics to read; those of the profile by default' }],
    examples: [
      ['consume atm-transactions --workload atm --bootstrap-servers localhost:9092', 'existing records, then new ones'],
      ['consume -p atm --group audit --offset-reset latest --format json', 'topic, schema and servers of a profile'],
      ['consume orders -n 10 --schema order.avsc -X fetch.wait.max.ms=50', 'ten records, decoded with your own schema'],
    ],
    module: () => import('./consume.ts'),
  },
  enqueue: {
    describe: 'Publish the messages of a profile to a RabbitMQ queue, for senders (for Kafka use run)',
    flags: enqueueFlags,
    takesProfile: true,
    examples: [
      ['enqueue sms-alerts --queue amqp://localhost', 'a thousand alerts, as fast as it takes them'],
      ['enqueue sms-alerts -n 20 -r 2 --queue amqp://localhost', '20 of them, two a second'],
    ],
    module: () => import('./roles/enqueue.ts'),
  },
  senders: {
    describe: 'Run simulated senders that consume the sms-alerts queue',
    flags: sendersFlags,
    takesProfile: false,
    examples: [
      [
        'senders --count 3 --mean-time 0.1 --failure-rate 0.2 --bootstrap-servers localhost:9092',
        'three identical senders',
      ],
      [
        'senders --count 3 --sender mean-time=2,failure-rate=0.1 --bootstrap-servers localhost:9092',
        'plus a slower one that fails less',
      ],
      ['senders --queue amqp://localhost --metrics redis://localhost', 'with RabbitMQ and Redis in place of topics'],
    ],
    module: () => import('./roles/senders.ts'),
  },
  monitor: {
    describe: 'Print the totals of all senders every few seconds: sent, failed, average processing time',
    flags: monitorFlags,
    takesProfile: false,
    examples: [
      ['monitor --interval 5 --bootstrap-servers localhost:9092', 'until Ctrl-C'],
      ['monitor --until 1000 --format json --bootstrap-servers localhost:9092', 'an object a line, up to a thousand'],
      ['monitor --metrics redis://localhost', 'results that are in Redis'],
      ['monitor --metrics-port 9465 --bootstrap-servers localhost:9092', 'for Prometheus, all senders at one address'],
    ],
    module: () => import('./roles/monitor.ts'),
  },
  embedded: {
    describe: 'Serve an embedded cluster to other processes, until Ctrl-C',
    flags: embeddedFlags,
    takesProfile: false,
    examples: [
      ['embedded', 'its address is the first line on stdout'],
      ['embedded --topics orders:12 --rtt 20ms', 'with a topic, and a round trip of 20 ms'],
    ],
    module: () => import('./embedded.ts'),
  },
  init: {
    describe: 'Write a copy of a bundled profile to edit, with its other options as comments',
    flags: initFlags,
    takesProfile: false,
    positionals: [
      { usage: '<WORKLOAD>', describe: 'a workload or any bundled profile: atm, bytes, atm-1h, …' },
      { usage: '[FILE]', describe: 'the file to write, WORKLOAD.yaml by default; never overwrites' },
    ],
    examples: [
      ['init atm', 'writes atm.yaml'],
      ['init bytes my-bytes.yaml', 'writes my-bytes.yaml'],
    ],
    module: () => import('./init.ts'),
  },
  import: {
    describe: 'Turn a workload of the OpenMessaging Benchmark into a profile',
    flags: importFlags,
    takesProfile: false,
    actions: ['omb'],
    positionals: [
      { usage: '[WORKLOAD]', describe: 'a file of its workloads/' },
      { usage: '[DRIVER]', describe: "a file of its driver-kafka/; librdkafka's defaults without one" },
    ],
    examples: [
      [
        'import omb workloads/simple-workload.yaml driver-kafka/kafka-latency.yaml -o simple.yaml',
        'writes simple.yaml',
      ],
      ['import omb workloads/simple-workload.yaml', 'on stdout'],
    ],
    module: () => import('./import.ts'),
  },
  kube: {
    describe: 'Run a profile as pods of a Kubernetes Job, each sending a share of it, or print its manifests',
    flags: kubeFlags,
    takesProfile: true,
    actions: ['render', 'run'],
    examples: [
      [
        'kube run atm --shards 4 --bootstrap-servers kafka:9092 --image registry.example/kafka-load-engine:0.1.0',
        'from the start to the result',
      ],
      ['kube render atm --shards 4 --bootstrap-servers kafka:9092', 'for `kubectl apply -f -`'],
      [
        'kube run atm --shards 8 --cpu 2 --secret kafka-credentials -r 100000/s',
        'secrets of the profile from a Secret',
      ],
    ],
    module: () => import('./kube.ts'),
  },
  verify: {
    describe: 'Compare what a finished run sent with what is in the log now: lost, duplicated, reordered, corrupted',
    flags: verifyFlags,
    takesProfile: false,
    positionals: [{ usage: '<DIR>', describe: 'the directory of a run that has ended' }],
    examples: [
      ['verify load-results/atm-20261121T204454Z', 'on the cluster that the run sent to'],
      ['verify load-results/atm-20261121T204454Z -X sasl.password=…', 'secrets are not in the directory'],
      ['verify load-results/atm-20261121T204454Z --format json', 'for a script'],
    ],
    module: () => import('./verify.ts'),
  },
  collect: {
    describe: 'Make the result of a run in several processes again, from what they have sent',
    flags: collectFlags,
    takesProfile: false,
    positionals: [{ usage: '<ID>', describe: 'the run, as its shards were given it with --run' }],
    examples: [['collect monday --bus /shared/bus', 'shard 0 was lost: the same result from the directory of the run']],
    module: () => import('./collect.ts'),
  },
  report: {
    describe: 'Print a result again and write its page; several runs side by side',
    flags: reportFlags,
    takesProfile: false,
    positionals: [
      {
        usage: '<DIR..>',
        describe: 'the directory of a run, also of one that was killed, a sweep, a comparison or a search',
      },
    ],
    examples: [
      ['report load-results/atm-20261121T204454Z', 'as the run printed it'],
      ['report load-results/atm-20261121T204454Z --format json', 'for a script'],
      ['report load-results/monday load-results/tuesday -o both.html', 'two runs side by side, in one page'],
    ],
    module: () => import('./report.ts'),
  },
  compare: {
    describe: 'Compare two sets of runs: what changed, what is shown, and whether gates hold',
    flags: compareFlags,
    takesProfile: false,
    positionals: [
      { usage: '<BASE>', describe: 'a result directory, a directory of repeats, SWEEP#CELL, or a baseline file' },
      { usage: '<NEW>', describe: 'likewise' },
    ],
    examples: [
      ['compare load-results/monday load-results/tuesday', 'two runs, or two directories of repeats'],
      ["compare baseline.json load-results/new --gate 'response_ms p(99) +10%'", 'exits with 99 if it got slower'],
      ["compare 'sweep#lz4' 'sweep#zstd' --format markdown", 'two cells of a sweep, paired by round'],
    ],
    module: () => import('./compare.ts'),
  },
  baseline: {
    describe: 'Save runs as a small file to commit and compare with, or show one',
    flags: baselineFlags,
    takesProfile: false,
    actions: ['save', 'show'],
    positionals: [
      { usage: '[DIR]', describe: 'save: a result directory or a directory of repeats; show: the baseline file' },
      { usage: '[FILE]', describe: 'save: the file to write' },
    ],
    examples: [
      ['baseline save load-results/main perf/baseline.json', 'the runs of a directory'],
      ['baseline show perf/baseline.json', 'its figures, and what they were measured with'],
    ],
    module: () => import('./baseline.ts'),
  },
  doctor: {
    describe: 'Check what runs and tests need on this machine',
    flags: doctorFlags,
    takesProfile: false,
    examples: [
      ['doctor', 'everything except a broker'],
      ['doctor --bootstrap-servers localhost:9092', 'and whether this one answers'],
      ['doctor --ceiling atm-1h', 'how fast this machine could offer these records'],
    ],
    module: () => import('./doctor.ts'),
  },
  setup: {
    describe: 'Download librdkafka or compile it, where installing this package could not',
    flags: setupFlags,
    takesProfile: false,
    examples: [['setup', 'nothing to do where `doctor` finds librdkafka']],
    module: () => import('./setup.ts'),
  },
};

export function isCommand(word: unknown): word is string {
  return typeof word === 'string' && Object.hasOwn(COMMANDS, word);
}
