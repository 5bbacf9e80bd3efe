/** What a search for the capacity found, in words. */
import { formatPercentile } from '../figures.ts';
import type { Percentile } from '../recorder/histogram.ts';
import { countOf, formatCount, formatDuration, NS_PER_MS, US_PER_MS } from '../units.ts';
import type { CapacityResult } from './capacity-result.ts';

/** Four digits, as the search has them. */
export function rateText(perSec: number): string {
  const decimals = Math.max(0, 3 - Math.floor(Math.log10(perSec)));
  return `${formatCount(perSec, decimals)}/s`;
}

export function answerOf({ bracket, limit, finished, steps }: CapacityResult): string {
  const low = bracket.low === null ? null : rateText(bracket.low);
  const high = bracket.high === null ? null : rateText(bracket.high);
  if (!finished || limit === null) {
    const known = low === null ? 'nothing has held yet' : `${low} held`;
    const failed = high === null ? '' : `, ${high} failed`;
    return `${finished && steps.length > 0 ? 'NO STEADY ANSWER' : 'UNFINISHED'}: ${known}${failed}`;
  }
  if (limit === 'generator') {
    return low === null ? 'NOT KNOWN: this machine is the limit' : `AT LEAST ${low}: this machine is the limit`;
  }
  if (low === null) return `BELOW ${high}: no rate held`;
  return high === null ? `AT LEAST ${low}: every rate held` : `BETWEEN ${low}, which held, AND ${high}, which failed`;
}

export function reasonsOf(result: CapacityResult): string[] {
  const { slo, bracket, limit, limitReason, confirmations, steps, settings } = result;
  const asked = slo.length === 0 ? 'asked for: every message acknowledged' : `asked for: ${slo.join(', ')}`;
  const reasons = [`${asked}; no growing backlog`];
  if (limit === 'broker' && bracket.high !== null) {
    reasons.push(`at ${rateText(bracket.high)}: ${limitReason}`);
  } else if (limit === 'generator') {
    const lowest = steps.filter(({ outcome }) => outcome === 'generator-limited').map(({ rate }) => rate);
    reasons.push(`at ${rateText(Math.min(...lowest))}, not the broker's limit: ${limitReason}`);
    if (bracket.high !== null) reasons.push(`lowest rate that failed: ${rateText(bracket.high)}`);
  } else if (limit === 'range') {
    reasons.push(
      bracket.low === null
        ? `the lowest rate that was tried is ${rateText(Math.min(...steps.map(({ rate }) => rate)))}: ${limitReason}`
        : `no higher rate was to be tried (--to ${rateText(bracket.low)})`,
    );
  }
  if (bracket.low !== null) {
    const { held, steps: made, asked: wanted } = confirmations;
    const more = made > held ? `, ${made - held} did not` : '';
    const isDone = held >= wanted;
    if (wanted > 0) reasons.push(`${isDone ? 'confirmed' : 'not confirmed'}: held ${countOf(1 + held, 'time')}${more}`);
  }
  if (bracket.low !== null && bracket.high !== null && limit === 'broker') {
    const width = (bracket.high - bracket.low) / bracket.low;
    reasons.push(
      `bracket ${formatCount(100 * width, 1)} % wide (--tolerance ${formatCount(100 * settings.tolerance, 1)}%)`,
    );
  }
  return reasons;
}

export function latencyText(ms: Percentile | null): string {
  if (ms === null) return '–';
  return formatPercentile(typeof ms === 'number' ? ms * US_PER_MS : { atLeast: ms.atLeast * US_PER_MS });
}

export function describeSteps({ steps, settings }: CapacityResult): string {
  const holds = steps.map(({ holdMs }) => holdMs);
  const [min, max] = [Math.min(...holds), Math.max(...holds)];
  const each = min === max ? duration(min) : `${duration(min)} to ${duration(max)}`;
  const held = steps.length === 0 ? '' : `, each measured for ${each} after ${duration(settings.warmupMs)} of warm-up`;
  return `${countOf(steps.length, 'step')}${held}`;
}

export function adviceFor({ limit, bracket, finished }: CapacityResult): string {
  if (!finished) return 'the same command with --resume goes on';
  if (limit === 'generator') {
    return 'a larger or quieter machine, or a generator elsewhere; `load report` of the run that was limited names what else helps, load doctor --ceiling what this machine offers';
  }
  if (limit === 'range') {
    return bracket.low === null ? 'a lower --from, or another objective' : 'raise --to to find the limit';
  }
  if (limit === null) return 'a quieter machine, a longer --hold, or a wider --tolerance';
  return 'plan with room below the rate that held: a real day has bursts, compactions and rebalances';
}

export function duration(ms: number): string {
  return formatDuration(ms * NS_PER_MS);
}
