/** What a client must tell the side-by-side bench: how it is started, and how its own report is read. */

/** The same load for every client: keyless records of one size, as fast as acknowledgements allow. */
export const LOAD = {
  messageBytes: 200,
  partitions: 6,
  acks: 1,
  lingerMs: 5,
  /** librdkafka's and this bench's batch size; Java's and the others' where they have one. */
  batchBytes: 1_000_000,
} as const;

/** librdkafka properties of that load; the queue holds what the engine keeps in flight by itself. */
export const LIBRDKAFKA_PROPERTIES = {
  acks: String(LOAD.acks),
  'linger.ms': String(LOAD.lingerMs),
  'batch.size': String(LOAD.batchBytes),
  'batch.num.messages': '10000',
  'queue.buffering.max.messages': '200000',
} as const;

export interface Target {
  readonly name: string;
  readonly bootstrapServers: string;
}

/** A program to run; stdout holds its report. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** What the program itself measured: from its first send to its last acknowledgement. */
export interface Report {
  readonly acked: number;
  readonly seconds: number;
}

export interface Peer {
  readonly name: string;
  /** Everything that differs from the load above, in one sentence. */
  readonly settings: string;
  /** Messages of one run: three to five seconds of it on a small machine. */
  readonly messages: number;
  /** Makes it ready to run; throws PeerUnavailable with the reason. */
  prepare(): Promise<void>;
  command(target: Target, topic: string, messages: number): Promise<Command>;
  report(stdout: string): Report;
}

export class PeerUnavailable extends Error {}
