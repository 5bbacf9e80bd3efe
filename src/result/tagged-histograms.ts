/** The histograms of a result by name, for the histogram log. */
import type { PhaseMeasurement } from '../recorder/measurement.ts';
import type { Result } from './result.ts';
import type { Part } from './result-part.ts';

/** `tag` is `response`, `atm.service`, `atm.warmup.response`, …; times are seconds from run start. */
export interface TaggedHistogram {
  readonly tag: string;
  readonly startSec: number;
  readonly endSec: number;
  readonly cells: Float64Array;
}

export function tagHistograms(parts: readonly Part[], whole: Part, phases: Result['phases']): TaggedHistogram[] {
  const loadEndSec = phases.warmup + phases.load;
  const ofPhase = (prefix: string, phase: PhaseMeasurement, startSec: number, endSec: number) =>
    (['response', 'service', 'scheduleLag'] as const).map((name) => ({
      tag: prefix + name,
      startSec,
      endSec,
      cells: phase[name],
    }));
  return [
    ...ofPhase('', whole.load, phases.warmup, loadEndSec),
    ...parts.flatMap((part) => [
      ...ofPhase(`${part.name}.`, part.load, phases.warmup, loadEndSec),
      ...(part.warmup.totals.scheduled === 0 ? [] : ofPhase(`${part.name}.warmup.`, part.warmup, 0, phases.warmup)),
    ]),
  ];
}
