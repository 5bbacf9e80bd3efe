/** The tables of docs/statistics.md. A cell is a share of simulated comparisons. */
import jstat from 'jstat';
import { alphaAtLook, looksUpTo } from '../../src/statistics/looks.ts';
import { medianInterval } from '../../src/statistics/median.ts';
import { powerOf, runsNeeded } from '../../src/statistics/power.ts';
import { ALPHA, moments } from '../../src/statistics/ratio.ts';
import { bootstrapShows, evidenceShows, signedRankShows } from './other-methods.ts';
import { anyShown, critical, welchShows } from './quick.ts';
import { DRIFTS, Draws, experiments, type Machine, NOISES, ORDERS, share } from './simulation.ts';

const TRIALS = 2000;
const POWER_TRIALS = 1000;
const ROUNDS = [3, 5, 10, 20] as const;
const SIGMAS = [0.05, 0.2, 0.5] as const;

/** 5 % and binomial error: what 99.9 % of cells with a true rate of 5 % stay below. */
export const FALSE_ALARMS_MAX = upperBound(TRIALS, 0.05);

export interface Table {
  readonly markdown: string;
  /** Shares, row by row. */
  readonly rows: readonly (readonly number[])[];
}

function upperBound(trials: number, rate: number): number {
  let count = 0;
  while (jstat.binomial.cdf(count, trials, rate) < 0.999) count++;
  return count / trials;
}

const percent = (value: number) => (value * 100).toFixed(1);
const whole = (value: number) => (value * 100).toFixed(0);

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** By the logarithms of the figures. */
type Shows = (base: Float64Array, other: Float64Array) => boolean;
const pairedShows: Shows = (base, other) => anyShown([base, other], base.length);

export function shown(
  name: string,
  rounds: number,
  effect: number,
  machine: Machine,
  shows: Shows = pairedShows,
  trials = TRIALS,
): number {
  const draws = new Draws(`${name} ${rounds} ${effect} ${JSON.stringify(machine)}`);
  const next = experiments(draws, rounds, [1, effect], machine);
  return share(trials, () => {
    const [base, other] = next();
    return shows(base!, other!);
  });
}

type Row = readonly [label: string, machine: Omit<Machine, 'sigma'>];

function falseAlarms(rows: readonly Row[], shows: Shows, sigmas: readonly number[] = SIGMAS): Table {
  const cells = rows.map(([, machine]) =>
    ROUNDS.map((n) => sigmas.map((sigma) => shown('aa', n, 1, { ...machine, sigma }, shows))),
  );
  return {
    markdown: markdown(
      ['drift and noise', ...ROUNDS.map((n) => `${n} rounds`)],
      rows.map(([label], i) => [label, ...cells[i]!.map((each) => each.map(percent).join(' / '))]),
    ),
    rows: cells.map((each) => each.flat()),
  };
}

export const paired = () =>
  falseAlarms(
    [
      ['none', {}],
      ['none; t₃ noise', { noise: 't3' }],
      ['random walk, σ a run', { drift: 'walk' }],
      ['random walk, σ a run; t₃ noise', { drift: 'walk', noise: 't3' }],
      ['trend: ×2 over the experiment', { drift: 'trend' }],
      ['trend: ×2 in every round', { drift: 'steep' }],
      ['one jump by ×2', { drift: 'jump' }],
      ['every fifth run ×2, at random', { drift: 'bursts' }],
    ],
    pairedShows,
  );

export const welch = () =>
  falseAlarms(
    [
      ['interleaved, no drift', {}],
      ['one after the other, no drift', { order: 'batches' }],
      ['one after the other, no drift; t₃ noise', { order: 'batches', noise: 't3' }],
    ],
    welchShows,
  );

export const welchDrifting = () =>
  falseAlarms(
    [
      ['one after the other, random walk', { order: 'batches', drift: 'walk' }],
      ['one after the other, trend: ×2 over both', { order: 'batches', drift: 'trend' }],
      ['one after the other, one jump by ×2', { order: 'batches', drift: 'jump' }],
    ],
    welchShows,
    [0.05],
  );

export const orders = () =>
  falseAlarms(
    [
      ['mirrored; ×2 over the experiment', { drift: 'trend' }],
      ['mirrored; ×2 in every round', { drift: 'steep' }],
      ['shuffled each round; ×2 over the experiment', { drift: 'trend', order: 'shuffled' }],
      ['shuffled each round; ×2 in every round', { drift: 'steep', order: 'shuffled' }],
      ['same order each round; ×2 over the experiment', { drift: 'trend', order: 'same' }],
      ['mirrored; ×2 and back, once in two rounds', { drift: 'wave' }],
    ],
    pairedShows,
    [0.05],
  );

/** One of two equal cells fails three times in ten; what failed is run again after the last round. */
export function repeats(): Table {
  const rounds = [5, 10, 20];
  const drifts = { none: 'none', walk: 'random walk', trend: '×2 over the experiment' } as const;
  const alarms = (drift: keyof typeof drifts, n: number, isKept: boolean) => {
    const draws = new Draws(`repeats ${drift} ${n}`);
    return share(TRIALS, () => {
      const failed = Array.from({ length: n }, () => draws.uniform() < 0.3);
      const offsets = new Float64Array(2 * n + failed.filter(Boolean).length);
      DRIFTS[drift](draws, offsets, 2, 0.05);
      const seed = Math.floor(draws.uniform() * 1024);
      let late = 2 * n;
      const ratios = failed.flatMap((isAgain, round) => {
        const [first] = ORDERS.mirrored(seed, round + 1, 2);
        const [base, own] = first === 0 ? [2 * round, 2 * round + 1] : [2 * round + 1, 2 * round];
        const ratio = offsets[isAgain ? late++ : own]! - offsets[base]! + 0.05 * (draws.normal() - draws.normal());
        return isAgain && !isKept ? [] : [ratio];
      });
      const equal = new Float64Array(ratios.length);
      return ratios.length > 1 && anyShown([equal, ratios], ratios.length);
    });
  };
  const lines = (Object.keys(drifts) as (keyof typeof drifts)[]).map((drift) => ({
    label: drifts[drift],
    cells: [true, false].map((isKept) => rounds.map((n) => alarms(drift, n, isKept))),
  }));
  return {
    markdown: markdown(
      ['drift', 'paired all the same; 5 / 10 / 20 rounds', '**left out**; 5 / 10 / 20 rounds'],
      lines.map(({ label, cells }) => [label, ...cells.map((each) => each.map(percent).join(' / '))]),
    ),
    rows: lines.map(({ cells }) => cells[1]!),
  };
}

/** Why the others lost. */
export function methods(): Table {
  const resampling = new Draws('bootstrap');
  const candidates: readonly (readonly [string, Shows])[] = [
    ['**paired t, log ratios**', pairedShows],
    ['Welch t, logs', welchShows],
    ['bootstrap of the mean log ratio', (base, other) => bootstrapShows(resampling, base, other)],
    ['Wilcoxon signed rank (Hodges-Lehmann)', signedRankShows],
  ];
  const rows = candidates.map(([, shows]) => [
    ...ROUNDS.map((n) => shown('methods', n, 1, { sigma: 0.2 }, shows)),
    shown('methods', 8, 1.1, { sigma: 0.05 }, shows),
    shown('methods', 8, 1.1, { sigma: 0.05, drift: 'walk' }, shows),
  ]);
  const head = ['method', ...ROUNDS.map((n) => `false alarms, ${n}`), 'power, 8', 'power, 8, random walk'];
  return {
    markdown: markdown(
      head,
      candidates.map(([label], i) => [label, ...rows[i]!.map(percent)]),
    ),
    rows,
  };
}

export const POWER_ROUNDS = [3, 5, 8, 10, 20] as const;

export function power(): Table {
  const machines: readonly (readonly [string, Machine, readonly number[]])[] = [
    ['0.05, none', { sigma: 0.05 }, [1.05, 1.1, 1.2]],
    ['0.05, random walk', { sigma: 0.05, drift: 'walk' }, [1.05, 1.1, 1.2]],
    ['0.05, ×2 over the experiment', { sigma: 0.05, drift: 'trend' }, [1.05, 1.1, 1.2]],
    ['0.2, none', { sigma: 0.2 }, [1.1, 1.2, 1.5]],
    ['0.2, random walk', { sigma: 0.2, drift: 'walk' }, [1.1, 1.2, 1.5]],
    ['0.5, none', { sigma: 0.5 }, [1.2, 1.5, 2]],
  ];
  const lines = machines.flatMap(([label, machine, effects]) =>
    effects.map((effect) => ({
      label: [label, `${Math.round((effect - 1) * 100)} %`],
      cells: POWER_ROUNDS.map((n) => shown('power', n, effect, machine, pairedShows, POWER_TRIALS)),
    })),
  );
  return {
    markdown: markdown(
      ['σ, drift', 'true difference', ...POWER_ROUNDS.map((n) => `${n} rounds`)],
      lines.map(({ label, cells }) => [...label, ...cells.map(whole)]),
    ),
    rows: lines.map(({ cells }) => cells),
  };
}

export function rounds(): string {
  const effects = [0.02, 0.05, 0.1, 0.2, 0.5];
  const needed = (sigma: number, effect: number) => `${runsNeeded(sigma * Math.SQRT2, effect)}`;
  return markdown(
    ['σ', ...effects.map((effect) => `${effect * 100} %`)],
    [0.02, 0.05, 0.1, 0.2, 0.5].map((sigma) => [`${sigma}`, ...effects.map((effect) => needed(sigma, effect))]),
  );
}

/** By formula: the first step of Holm's procedure, which asks for the most. */
export function families(): string {
  const runs = [5, 8, 10, 20];
  const counts = [1, 2, 4, 8, 22];
  const shown = (n: number, count: number) =>
    powerOf(Math.log(1.2) / ((0.1 * Math.SQRT2) / Math.sqrt(n)), n - 1, 0.05 / count);
  return markdown(
    ['comparisons', ...runs.map((n) => `${n} rounds`)],
    counts.map((count) => [`${count}`, ...runs.map((n) => whole(shown(n, count)))]),
  );
}

/** Twelve cells, of which one may be noisier: each with the spread of its own ratios, or all with a common one. */
export function pooling(): Table {
  const [cells, runs] = [12, 5];
  const others = [...Array(cells - 1).keys()];
  const alarms = (isPooled: boolean, noisier: number) => {
    const draws = new Draws(`pooling ${isPooled} ${noisier}`);
    return share(POWER_TRIALS, () => {
      const noise = (cell: number) =>
        Array.from({ length: runs }, () => 0.05 * (cell === 3 ? noisier : 1) * draws.normal());
      const base = noise(-1);
      const figures = others.map(noise);
      if (!isPooled) return anyShown([base, ...figures], runs);
      const ratios = figures.map((figure) => moments(figure.map((value, i) => value - base[i]!)));
      const variance = ratios.reduce((sum, each) => sum + each.variance, 0) / others.length;
      const limit = critical((cells - 1) * (runs - 1), ALPHA / others.length);
      return ratios.some(({ mean }) => Math.abs(mean) / Math.sqrt(variance / runs) >= limit);
    });
  };
  const rows = [false, true].map((isPooled) => [1, 4].map((noisier) => alarms(isPooled, noisier)));
  const labels = ['**each cell its own spread**', 'one spread for all cells'];
  const head = ['12 cells, 5 rounds', 'equal noise', 'one cell four times as noisy'];
  return {
    markdown: markdown(
      head,
      rows.map((cells, i) => [labels[i]!, ...cells.map(percent)]),
    ),
    rows,
  };
}

export const LOOKS_MAX = 20;

/** Whether a difference is shown at the look after `rounds`. */
type Looking = (figures: readonly Float64Array[], rounds: number) => boolean;

const splitLevels: Looking = (figures, rounds) => anyShown(figures, rounds, alphaAtLook(rounds, LOOKS_MAX)!);
const atLooks = looksUpTo(LOOKS_MAX);
const everyRound = Array.from({ length: LOOKS_MAX - 2 }, (_, i) => i + 3);

const atLevel =
  (alpha: number): Looking =>
  (figures, rounds) =>
    anyShown(figures, rounds, alpha);
const evidence: Looking = ([base, other], rounds) => evidenceShows(base!, other!, rounds, 1);

const RULES: readonly { readonly label: string; readonly shows: Looking; readonly looks: readonly number[] }[] = [
  { label: `**split levels** at ${atLooks.join(', ')}`, shows: splitLevels, looks: atLooks },
  { label: `Pocock's level at ${atLooks.join(', ')}`, shows: atLevel(0.0182), looks: atLooks },
  { label: 'e-process, every round', shows: evidence, looks: everyRound },
  { label: '5 % at each of these looks', shows: atLevel(0.05), looks: atLooks },
  { label: 'one look, at 8', shows: atLevel(0.05), looks: [8] },
  { label: 'one look, at 20', shows: atLevel(0.05), looks: [20] },
];

/** For each rule the rounds after which each of TRIALS experiments first shows a difference, null where it does not. */
function firstShown(
  effects: readonly number[],
  machine: Machine,
  rules: readonly { readonly shows: Looking; readonly looks: readonly number[] }[],
): (number | null)[][] {
  const draws = new Draws(`looks ${effects.join()} ${JSON.stringify(machine)}`);
  const rounds = Math.max(...rules.flatMap(({ looks }) => looks));
  const next = experiments(draws, rounds, effects, machine);
  const firsts: (number | null)[][] = rules.map(() => []);
  for (let trial = 0; trial < TRIALS; trial++) {
    const figures = next();
    for (const [i, { shows, looks }] of rules.entries()) {
      firsts[i]!.push(looks.find((look) => shows(figures, look)) ?? null);
    }
  }
  return firsts;
}

const shareShown = (firsts: readonly (number | null)[]) => firsts.filter((first) => first !== null).length / TRIALS;

const SEQUENCES: readonly (readonly [string, number, Machine])[] = [
  ['2 cells', 2, { sigma: 0.05 }],
  ['2 cells; t₃ noise', 2, { sigma: 0.05, noise: 't3' }],
  ['2 cells; random walk', 2, { sigma: 0.05, drift: 'walk' }],
  ['2 cells; ×2 over the experiment', 2, { sigma: 0.05, drift: 'trend' }],
  ['5 cells', 5, { sigma: 0.05 }],
  ['5 cells; random walk', 5, { sigma: 0.05, drift: 'walk' }],
];

/** False alarms over a whole experiment that looks several times. */
export function lookingAlarms(): Table {
  const limits = [10, LOOKS_MAX];
  const rows = SEQUENCES.map(([, cells, machine]) =>
    limits.map((limit) => {
      const shows: Looking = (figures, rounds) => anyShown(figures, rounds, alphaAtLook(rounds, limit)!);
      return shareShown(firstShown(Array(cells).fill(1), machine, [{ shows, looks: looksUpTo(limit) }])[0]!);
    }),
  );
  const head = ['experiment', ...limits.map((limit) => `up to ${limit} rounds`)];
  return {
    markdown: markdown(
      head,
      SEQUENCES.map(([label], i) => [label, ...rows[i]!.map(percent)]),
    ),
    rows,
  };
}

/** What a rule costs and finds at σ = 0.05. */
export function lookingRules(): Table {
  const [none, ten] = [1, 1.1].map((effect) => firstShown([1, effect], { sigma: 0.05 }, RULES));
  const rows = RULES.map(({ looks }, i) => {
    const spent = ten![i]!.map((first) => first ?? looks.at(-1)!);
    const mean = spent.reduce((sum, each) => sum + each, 0) / TRIALS;
    return [shareShown(none![i]!), shareShown(ten![i]!), mean];
  });
  const line = ([alarms, found, spent]: readonly number[]) => [percent(alarms!), percent(found!), spent!.toFixed(1)];
  const head = ['rule', 'false alarms', '10 % shown', 'rounds for 10 %'];
  return {
    markdown: markdown(
      head,
      RULES.map(({ label }, i) => [label, ...line(rows[i]!)]),
    ),
    rows,
  };
}

/** Share of intervals that cover the true median. */
export function medians(): Table {
  const runs = [3, 4, 5, 6, 7, 8, 10, 15, 20];
  const rows = runs.map((n) => {
    const interval = (values: readonly number[]) => medianInterval(values);
    const covered = (noise: keyof typeof NOISES, sigma: number) => {
      const draws = new Draws(`medians ${n} ${noise}`);
      return share(TRIALS, () => {
        const { low, high } = interval(Array.from({ length: n }, () => Math.exp(sigma * NOISES[noise](draws))));
        return low <= 1 && 1 <= high;
      });
    };
    const stated = interval(Array.from({ length: n }, (_, i) => i + 1)).coverage;
    return [stated, covered('normal', 0.2), covered('t3', 0.2)];
  });
  const method = (n: number) => (n < 6 ? 't on logarithms' : 'order statistics');
  return {
    markdown: markdown(
      ['runs', 'method', 'stated', 'lognormal', 't₃ noise'],
      rows.map((cells, i) => [`${runs[i]}`, method(runs[i]!), ...cells.map(percent)]),
    ),
    rows,
  };
}
