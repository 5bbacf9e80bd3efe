/** What went wrong, what is not in the topic, and all it takes to make the run again. */
import type { JSX } from 'preact';
import { formatMs } from '../../figures.ts';
import { countIndexes } from '../../result/ledger-ranges.ts';
import type { Result } from '../../result/result.ts';
import { caveat, cpuPerMillionWord } from '../../result/run-words.ts';
import { countOf, formatBytes, formatCount, MS_PER_SEC } from '../../units.ts';
import { Count } from '../plot/numbers.tsx';

export function Errors({ result }: { readonly result: Result }) {
  if (result.errors.length === 0) return null;
  const startedAtMs = Date.parse(result.run.startedAt);
  return (
    <section id="error-table">
      <h2>Errors{caveat(result)}</h2>
      <section class="wide-table" tabindex={0} aria-label="Errors">
        <table class="sortable">
          <thead>
            <tr>
              <th scope="col">error</th>
              <th scope="col">code</th>
              <th scope="col">messages</th>
              <th scope="col">given up by</th>
              <th scope="col">first, s</th>
              <th scope="col" class="text">
                example
              </th>
            </tr>
          </thead>
          <tbody>
            {result.errors.map(({ code, by, name, count, firstAt, example }, i) => (
              <tr key={`${code} ${by}`}>
                <th scope="row">{name}</th>
                <td data-key={`errors.${i}.code`}>{code}</td>
                <td data-key={`errors.${i}.count`}>{formatCount(count)}</td>
                <td>{by ?? '–'}</td>
                <td>{formatCount((Date.parse(firstAt) - startedAtMs) / MS_PER_SEC, 1)}</td>
                <td class="text">{example}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** More are a count. */
const TOPICS_SHOWN = 8;

export function LedgerInShort({ result: { ledger } }: { readonly result: Result }) {
  const { notAcked, partitions, complete } = ledger;
  const statuses = [...new Set(notAcked.map(({ status }) => status))];
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  return (
    <section id="ledger">
      <h2>Ledger</h2>
      <p>
        {complete
          ? 'Complete: every message that was not acknowledged is in it, and verification can rely on it.'
          : 'Not complete: it could not hold every message that was not acknowledged, and verification refuses it.'}
      </p>
      {statuses.length === 0 ? (
        <p>No message was left unacknowledged.</p>
      ) : (
        <ul>
          {statuses.map((status) => {
            const ranges = notAcked.filter((range) => range.status === status);
            return (
              <li key={status}>
                {status}: {countOf(countIndexes(ranges, [status]), 'message')} in {countOf(ranges.length, 'range')}
              </li>
            );
          })}
        </ul>
      )}
      {topics.length > TOPICS_SHOWN ? (
        <p>
          {countOf(topics.length, 'topic')}, {countOf(partitions.length, 'partition')}: start offsets in result.json
        </p>
      ) : (
        <ul>
          {topics.map((name) => (
            <li key={name}>
              <bdi>{name}</bdi>: {countOf(partitions.filter(({ topic }) => topic === name).length, 'partition')}, start
              offsets in result.json
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface OriginProps {
  readonly result: Result;
  readonly profileYaml: string | null;
}

export function Origin({ result, profileYaml }: OriginProps) {
  const { run, environment } = result;
  return (
    <section id="origin">
      <h2>How to reproduce it</h2>
      <Listing id="command" name="Command" text={run.command} />
      <Facts
        of={{
          seed: <Count at="run.seed" value={run.seed} />,
          target: <bdi>{run.target}</bdi>,
          acks: run.acks,
          'profile hash': <code>{run.profileHash}</code>,
          'run id': <code>{run.id}</code>,
        }}
      />
      <h2>Environment{result.shards !== undefined && ' of shard 0'}</h2>
      <Facts
        of={{
          engine: [environment.engineVersion, environment.gitCommit].filter((each) => each !== undefined).join(', '),
          broker: environment.brokerVersion ?? 'version not known',
          librdkafka: result.client.librdkafka || 'not known',
          'Node.js': environment.node,
          system: environment.os,
          CPU: `${countOf(environment.cpus, 'CPU')}, ${environment.cpuModel}`,
          memory: formatBytes(environment.memoryBytes),
        }}
      />
      <h2>Client</h2>
      <ClientFacts result={result} />
      {profileYaml !== null && (
        <>
          <h3>Client properties</h3>
          <Listing id="client-properties" name="Client properties" text={clientProperties(profileYaml)} />
          <h2>Resolved profile</h2>
          <Listing id="profile" name="Resolved profile" text={shortened(profileYaml)} />
        </>
      )}
    </section>
  );
}

/** More scroll within the page. */
const LINES_SHOWN = 200;

/** More of a profile is not read here, and would be most of a page with hundreds of scenarios. */
const PROFILE_LINES_MAX = 1_000;

function shortened(yaml: string): string {
  const lines = yaml.split('\n');
  const more = lines.length - PROFILE_LINES_MAX;
  if (more <= 0) return yaml;
  return `${lines.slice(0, PROFILE_LINES_MAX).join('\n')}\n# ${formatCount(more)} more lines in profile.yaml`;
}

function Listing({ id, name, text }: { readonly id: string; readonly name: string; readonly text: string }) {
  return (
    <section class={text.split('\n').length > LINES_SHOWN ? 'scroll' : 'wide-table'} tabindex={0} aria-label={name}>
      <pre id={id}>{text}</pre>
    </section>
  );
}

function ClientFacts({ result }: { readonly result: Result }) {
  const { client, broker } = result;
  const { cpuSeconds, maxRssBytes, resolutionUs, workers } = client;
  const rtt = broker.rttUs;
  return (
    <Facts
      of={{
        workers: formatCount(workers),
        CPU: `${formatCount(cpuSeconds, 1)} s${cpuPerMillionWord(result)}`,
        memory: formatBytes(maxRssBytes),
        'ack timestamp error': resolutionUs.p99 === null ? 'not known' : `≤ ${formatMs(resolutionUs.p99)} ms (p99)`,
        threads: threadWords(client.threads),
        ...(rtt && { 'broker round trip': `p50 ${formatMs(rtt.p50)} ms, p99 ${formatMs(rtt.p99)} ms` }),
      }}
    />
  );
}

/** The busiest first; idle ones are only counted. */
function threadWords(threads: Result['client']['threads']): string {
  if (threads.length === 0) return 'not known';
  const busy = threads.filter(({ maxCpuPct }) => maxCpuPct >= 1).toSorted((a, b) => b.cpuPct - a.cpuPct);
  const idle = threads.length - busy.length;
  // Node.js' own threads have the name of the process.
  const names = [...new Set(busy.map(({ name }) => name))];
  return [
    ...names.map((name) => {
      const [busiest, ...others] = busy.filter((thread) => thread.name === name);
      const which = others.length === 0 ? name : `${others.length + 1} × ${name}, the busiest`;
      return `${which} ${formatCount(busiest!.cpuPct)} % (max ${formatCount(busiest!.maxCpuPct)} %)`;
    }),
    ...(idle > 0 ? [`${countOf(idle, 'other')} below 1 %`] : []),
  ].join(', ');
}

function Facts({ of }: { readonly of: Readonly<Record<string, JSX.Element | string>> }) {
  return (
    <dl>
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The sections of the resolved profile that set them; those of a single scenario are with the scenario. */
function clientProperties(profileYaml: string): string {
  return profileYaml
    .split(/^(?=[^\s#])/m)
    .filter((section) => /^(kafka|producer|consumer):/.test(section))
    .join('')
    .trimEnd();
}
