/** Names, for the shards of a run on this machine, the address of the embedded cluster that the process above them serves. */
export const SERVED_VARIABLE = 'LOAD_SERVED_CLUSTER';
