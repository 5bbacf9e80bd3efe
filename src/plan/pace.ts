/** How fast a run is planned to be, in words: `500/h × day shape`. */
import { executorOf } from '../executors/table.ts';
import type { ClockSpec, Profile, ScenarioProfile } from '../profile/profile.ts';
import { countOf, formatCount, formatDuration, formatRateIn, NS_PER_MS } from '../units.ts';
import { isEndless } from './endless.ts';
import type { Plan } from './plan.ts';
import { describeReading } from './reading-summary.ts';

/** More scenarios than this are summed up. */
const SCENARIOS_MAX = 3;

export function describePace({ scenarios, clock }: Pick<Profile, 'scenarios' | 'clock'>): string {
  const entries = Object.entries(scenarios);
  if (entries.length === 0) return 'nothing is sent';
  const shown = entries.slice(0, entries.length > SCENARIOS_MAX ? SCENARIOS_MAX - 1 : SCENARIOS_MAX);
  const paces = shown.map(([name, scenario]) => {
    return entries.length === 1 ? paceOf(scenario) : `${name} ${paceOf(scenario)}`;
  });
  const more = entries.length > shown.length ? [`${entries.length - shown.length} more scenarios`] : [];
  return `${[...paces, ...more].join(' + ')}${speedText(clock)}`;
}

/** `500/h × day shape, 348 messages in 1h` */
export function describeLoad({ pace, lanes, durationNs, reading }: Plan): string {
  if (lanes.length === 0) return describeReading({ durationNs, ...(reading && { reading }) });
  if (lanes.some(({ load }) => isEndless(load))) return `${pace}, endless, until it is stopped`;
  const total = lanes.reduce((sum, { load }) => sum + load.count, 0);
  const time = durationNs > 0 ? formatDuration(durationNs, NS_PER_MS) : '';
  if (!Number.isFinite(total)) return `${pace} for ${time}`;
  return `${pace}, ${countOf(total, 'message')}${time && ` in ${time}`}`;
}

function paceOf({ executor, timeUnitNs, multipliers }: ScenarioProfile): string {
  const isDaily = multipliers?.windows.some(({ hours }) => hours !== undefined);
  const shape = multipliers === undefined ? '' : isDaily ? ' × day shape' : ' × week shape';
  const rate = (perSec: number) => formatRateIn(perSec, timeUnitNs);
  return `${executorOf(executor).pace(executor, rate)}${shape}`;
}

function speedText({ speed }: ClockSpec): string {
  if (speed === 1) return '';
  return speed === 'max' ? ', as fast as acknowledgements allow' : ` at speed ${formatCount(speed, 3)}`;
}
