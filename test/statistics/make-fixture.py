"""Writes scipy.json: what scipy makes of the same runs. Run with scipy 1.17: python3 make-fixture.py"""

import itertools
import json
import math
import pathlib

import numpy
from scipy import stats

LEVELS = [0.05, 0.0125, 0.001]


def spread(interval):
    return [math.exp(float(interval.low)), math.exp(float(interval.high))]


def hedges(base, other):
    """Cohen's d of the logarithms, corrected for few runs."""
    df = len(base) + len(other) - 2
    pooled = ((len(base) - 1) * base.var(ddof=1) + (len(other) - 1) * other.var(ddof=1)) / df
    return float((1 - 3 / (4 * df - 1)) * (other.mean() - base.mean()) / math.sqrt(pooled))


def comparison(rng, n_base, n_other, effect, sigma):
    base = rng.lognormal(3, sigma, n_base)
    other = effect * rng.lognormal(3, sigma * 1.5, n_other)
    welch = stats.ttest_ind(numpy.log(other), numpy.log(base), equal_var=False)
    case = {
        "base": base.tolist(),
        "other": other.tolist(),
        "welch": {
            "p": float(welch.pvalue),
            "df": float(welch.df),
            "intervals": [spread(welch.confidence_interval(1 - alpha)) for alpha in LEVELS],
        },
        "d": hedges(numpy.log(base), numpy.log(other)),
        "superiority": float(stats.mannwhitneyu(other, base).statistic) / (n_base * n_other),
    }
    if n_base == n_other:
        paired = stats.ttest_rel(numpy.log(other), numpy.log(base))
        case["paired"] = {
            "p": float(paired.pvalue),
            "ratio": float(stats.gmean(other / base)),
            "intervals": [spread(paired.confidence_interval(1 - alpha)) for alpha in LEVELS],
        }
    return case


def holm(ps):
    """Step by step as Holm (1979) has it, one level after the other: not the way of the engine."""
    adjusted = {}
    left = list(range(len(ps)))
    floor = 0.0
    while left:
        smallest = min(left, key=lambda i: ps[i])
        floor = max(floor, min(1.0, len(left) * ps[smallest]))
        adjusted[smallest] = floor
        left.remove(smallest)
    return [adjusted[i] for i in range(len(ps))]


def median_interval(rng, n):
    values = rng.lognormal(3, 0.2, n)
    result = stats.quantile_test(values, q=0.0, p=0.5)
    interval = result.confidence_interval(0.95)
    rank = int(stats.binom.ppf(0.025, n, 0.5))
    covered = 1 - 2 * float(stats.binom.cdf(rank - 1, n, 0.5))
    low, high = float(interval.low), float(interval.high)
    if n < 6:
        logs = numpy.log(values)
        ends = stats.t.interval(0.95, n - 1, loc=logs.mean(), scale=stats.sem(logs))
        low, high, covered = math.exp(ends[0]), math.exp(ends[1]), 0.95
    return {"values": values.tolist(), "median": float(numpy.median(values)), "low": low, "high": high, "coverage": covered}


def power(n, effect, sd, alpha):
    df = n - 1
    critical = stats.t.ppf(1 - alpha / 2, df)
    shift = math.log1p(effect) / sd * math.sqrt(n)
    wrong_side = float(stats.nct.cdf(-critical, df, shift))
    return {
        "n": n,
        "effect": effect,
        "sd": sd,
        "alpha": alpha,
        "power": float(stats.nct.sf(critical, df, shift)) + (0 if math.isnan(wrong_side) else wrong_side),
    }


rng = numpy.random.default_rng(1)
families = [rng.uniform(0, 0.1, k) ** 2 for k in (1, 2, 5, 12)]
fixture = {
    "levels": LEVELS,
    "comparisons": [
        comparison(rng, *sizes, effect, sigma)
        for sizes in [(3, 3), (4, 4), (5, 5), (8, 8), (20, 20), (3, 7), (12, 5)]
        for effect, sigma in [(1, 0.05), (1.1, 0.05), (0.5, 0.5)]
    ],
    "quantiles": [
        {"df": df, "p": p, "t": float(stats.t.ppf(p, df))}
        for df in (1, 2, 3, 4.7, 9, 19, 99, 5000)
        for p in (0.8, 0.95, 0.975, 0.99375, 0.9999)
    ],
    "families": [{"ps": ps.tolist(), "adjusted": holm(ps.tolist())} for ps in families],
    "medians": [median_interval(rng, n) for n in (2, 3, 5, 6, 7, 8, 9, 10, 15, 20, 50)],
    "power": [
        power(n, effect, sd, alpha)
        for n, effect, sd in [
            *itertools.product((2, 3, 5, 8, 10, 20, 60), (0.05, 0.1), (0.07,)),
            *itertools.product((3, 10), (0.5,), (0.3,)),
            *itertools.product((150, 400), (0.02,), (0.1, 0.07)),
            *itertools.product((2, 3, 4), (1, 10), (0.05,)),
        ]
        for alpha in (0.05, 0.0125, 0.05 / 28)
    ],
}
pathlib.Path(__file__).with_name("scipy.json").write_text(json.dumps(fixture, indent=1, allow_nan=False) + "\n")
