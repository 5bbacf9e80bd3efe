/** The messages in a run's database, for people: how many are where, whose they are, and how large it is. */
import type { MessageSummary } from '../recorder/message-summary.ts';
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
    `${file}: ${formatCount(messages)} messages${runs}, ${formatBytes(bytes)}`,
    stateLine({ active, states, messages }),
    `${formatCount(phoneNumbers)} phone numbers: ${shares(carriers, messages)}`,
  ];
}

/** While the run goes on, on a line of its own. */
export function stateLine({
  active,
  states,
  messages,
}: Pick<MessageSummary, 'active' | 'states' | 'messages'>): string {
  const { sent = 0, delayed = 0, ...ended } = states;
  const waiting = `${formatCount(active)} active (sent ${formatCount(sent)}, delayed ${formatCount(delayed)})`;
  return `${waiting}; ${shares(ended, messages)}`;
}

/** The same on a part of a line. */
export function messageParts({ active, states, messages, carriers, phoneNumbers }: MessageSummary): string[] {
  const { sent: _sent, delayed: _delayed, ...ended } = states;
  const carrierShares = Object.entries(carriers).map(([name, count]) => `${name} ${percent(count, messages)}`);
  return [
    `${formatCount(active)} active, ${shares(ended, messages)}`,
    ...(carrierShares.length === 0 ? [] : [carrierShares.join(', ')]),
    `${formatCount(messages + phoneNumbers)} database rows`,
  ];
}

function shares(counts: Readonly<Record<string, number>>, total: number): string {
  const parts = Object.entries(counts).map(([name, count]) => {
    return `${name} ${formatCount(count)} (${percent(count, total)})`;
  });
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function percent(count: number, total: number): string {
  return `${formatCount(total === 0 ? 0 : (100 * count) / total, 1)} %`;
}
