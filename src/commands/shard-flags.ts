/** The flags of a run that is split over several processes. */
import { type Flags, text } from './flag-kinds.ts';

const SHARDED = 'Several processes:';

/** How its processes reach each other. */
export const busFlags = {
  bus: text(SHARDED, 'a directory that all shards see, to talk through; by default topics of the cluster under test'),
  'bus-servers': text(SHARDED, 'host:port[,host:port]: another cluster to talk through'),
} satisfies Flags;

export const shardFlags = {
  shards: text(SHARDED, 'split the run over this many processes on this machine'),
  shard: text(SHARDED, 'i/N: be one of N processes on any machines; with --run'),
  run: text(SHARDED, 'what the processes of one run have in common: a name that no other run has'),
  ...busFlags,
  'shard-wait': text(SHARDED, 'how long the other shards are waited for before the start; 5m by default'),
} satisfies Flags;
