/** Entry of a CommitThread. */
import { workerData } from 'node:worker_threads';
import { commitLoop } from '../src/transport/librdkafka/commit-loop.ts';

commitLoop(workerData);
