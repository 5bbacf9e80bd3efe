/** The messages in a run's database, for people: how many are where, whose they are, and how large it is. */
import type { MessageSummary } from '../result/message-summary.ts';
import { formatBytes, formatCount } from '../units.ts';

export function messageLines({
  file,
  bytes,
  messages,
  states,
  active,
  carriers,
  phoneNumbers,
  starts,
}: MessageSummary): string[] {
  const runs = starts === 1 ? '' : `, in ${formatCount(starts)} runs`;
  return [
    `${file}: ${formatCount(messages)} messages${runs}, ${formatCount(phoneNumbers)} phone numbers, ${formatBytes(bytes)}`,
    `${formatCount(active)} active; ${shares(states, messages)}`,
    `carriers: ${shares(carriers, messages)}`,
  ];
}

function shares(counts: Readonly<Record<string, number>>, total: number): string {
  const parts = Object.entries(counts).map(([name, count]) => {
    return `${name} ${formatCount(count)} (${formatCount((100 * count) / total, 1)} %)`;
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}
