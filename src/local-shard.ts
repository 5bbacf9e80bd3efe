/** What `load run --shards N` puts into the environment of the processes that it starts. */

/** The address of the embedded cluster that it serves for all of them. */
export const SERVED_VARIABLE = 'LOAD_SERVED_CLUSTER';
/** Of one that is started again: the signal that ended the process before it. */
export const REPLACED_VARIABLE = 'LOAD_REPLACED';
/** N: they share the cores of this machine. */
export const LOCAL_SHARDS_VARIABLE = 'LOAD_LOCAL_SHARDS';
