/** Numbers of a result on its page. */
import type { ComponentChildren } from 'preact';
import { formatPercentile } from '../../figures.ts';
import type { Percentile } from '../../recorder/histogram.ts';
import type { Result } from '../../result/result.ts';
import { caveat } from '../../result/run-words.ts';
import { formatCount } from '../../units.ts';

/** A number and where in result.json it stands, by which tests and scripts find it. */
export function Figures({ at, children }: { readonly at: string; readonly children: ComponentChildren }) {
  return <b data-key={at}>{children}</b>;
}

export function Count({ at, value }: { readonly at: string; readonly value: number }) {
  return <Figures at={at}>{formatCount(value)}</Figures>;
}

export function LatencyCell({ at, value }: { readonly at: string; readonly value: Percentile | null | undefined }) {
  return <td data-key={at}>{formatPercentile(value)}</td>;
}

/** Beside numbers that are not about the broker, as in the terminal. */
export function Caveat({ result }: { readonly result: Result }) {
  const text = caveat(result);
  return text === '' ? null : <span class="caveat">{text}</span>;
}
