/** A member of a consumer group; member 1 fails, with records read and others to come. */
import reader from '../../dist/workers/reader.js';
import { failLater } from './fail-later.mjs';

export default function run(memberPlan) {
  if (memberPlan.worker === 1) failLater(memberPlan.memory);
  return reader(memberPlan);
}
