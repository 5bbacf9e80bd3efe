/** A distribution over topics or clients in one line. */
import { formatPercentile, formatPerSec } from '../figures.ts';
import { formatCount } from '../units.ts';
import type { Distribution } from './distribution.ts';

/** Of several. `500 topics: 40 to 41/s each (median 40), p99 3.2 to 9.8 ms (load-17)`; messages that were not acknowledged only where there are any. */
export function distributionWords(of: Distribution, members: 'topics' | 'clients'): string {
  const { count, idle, achievedPerSec: rate, p99, notAcked } = of;
  const idleWords = idle === 0 ? '' : `, ${formatCount(idle)} without a message`;
  const failed = notAcked.max === 0 ? '' : `, up to ${formatCount(notAcked.max)} not acknowledged (${notAcked.maxOf})`;
  const late =
    p99 === null ? '' : `, p99 ${formatPercentile(p99.min)} to ${formatPercentile(p99.max)} ms (${p99.maxOf})`;
  const [min, max] = [formatPerSec(rate.min), formatPerSec(rate.max)];
  const each = min === max ? `${min} each` : `${min} to ${max} each (median ${formatPerSec(rate.median)})`;
  return `${formatCount(count)} ${members}: ${each}${late}${failed}${idleWords}`;
}
