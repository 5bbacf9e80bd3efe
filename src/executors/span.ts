/** How long a scenario sends: a time, or until the run is stopped. */
import { formatDuration, parseDuration } from '../units.ts';
import { measured, notPositive } from '../value-schema.ts';

/** Endless: until the run is stopped; `durationNs` is then the longest schedule there is. */
export interface Span {
  readonly durationNs: number;
  readonly endless?: true;
}

/** What an endless scenario lays out: 100 days, about as much as a run's clock tells apart in whole nanoseconds. */
export const ENDLESS: Span = { durationNs: parseDuration('100d'), endless: true };

/** A duration greater than 0, or `endless`, which other tools call infinite. */
export function span() {
  return measured('duration', '30s, 5m or endless', (input): Span => {
    const read = parseSpan(input);
    if (read.durationNs === 0) throw notPositive('a duration', input, '1s');
    return read;
  });
}

export const runSpan = span().describe('How long the scenario sends; `endless`: until the run is stopped.');

/** @throws InputError with an example of what was expected. */
export function parseSpan(input: string | number): Span {
  return /^(endless|infinite|infinity|forever)$/i.test(String(input).trim())
    ? ENDLESS
    : { durationNs: parseDuration(input) };
}

export function formatSpan({ durationNs, endless }: Span): string {
  return endless ? 'endless' : formatDuration(durationNs);
}

/** `resize` of an executor whose shape goes on as it is. */
export function resizeSpan<P extends Span>({ endless: _, ...profile }: P, durationNs: number): Omit<P, 'endless'> {
  return { ...profile, durationNs };
}

export function withoutEnd<P extends Span>(profile: P): P {
  return { ...profile, ...ENDLESS };
}
