"""Makes performance.json: accuracy, area under the ROC curve and mean errors, with intervals and differences.

Areas are scikit-learn's; their variances and covariances are DeLong's by definition, over all pairs of a positive and a
negative row. Everything else is scipy's.

    pip install scipy scikit-learn && python make_performance.py
"""
import json
import os
import sys

import numpy
import scipy
import sklearn
from scipy import stats
from sklearn.metrics import roc_auc_score

SEED = 6
random = numpy.random.default_rng(SEED)


def wilson(right, n, level):
    limits = stats.binomtest(right, n).proportion_ci(level, method="wilson")
    return float(limits.low), float(limits.high)


def accuracy_cases():
    for right, n, level in ((0, 7, 0.95), (7, 7, 0.9), (90, 100, 0.95), (1, 40, 0.999), (912345, 1000000, 0.9)):
        low, high = wilson(right, n, level)
        yield "accuracy", {"right": right, "n": n, "level": level}, {"value": right / n, "low": low, "high": high}


def sign_cases():
    for a, b in ((0, 0), (3, 3), (0, 5), (12, 3), (3, 12), (40, 20), (900, 1100), (5000, 5600)):
        p = 1.0 if a + b == 0 else float(stats.binomtest(a, a + b).pvalue)
        yield "sign", {"a": a, "b": b}, {"p": p}


def placements(actual, score):
    """Share of the other class that each row is on the right side of, ties half: by all pairs."""
    pos, neg = score[actual == 1], score[actual == 0]
    wins = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    return wins.mean(axis=1), wins.mean(axis=0)


def delong(actual, scores):
    parts = [placements(actual, score) for score in scores]
    v10 = numpy.array([part[0] for part in parts])
    v01 = numpy.array([part[1] for part in parts])
    m, n = v10.shape[1], v01.shape[1]
    return numpy.atleast_2d(numpy.cov(v10)) / m + numpy.atleast_2d(numpy.cov(v01)) / n


def score_sets():
    for rows, share, shift, digits in ((12, 0.5, 1.0, 1), (60, 0.2, 0.5, 2), (400, 0.5, 1.5, 6), (900, 0.05, 1.0, 3), (50, 0.5, 0.0, 0)):
        actual = (random.random(rows) < share).astype(int)
        actual[:2], actual[2:4] = 1, 0
        one = numpy.round(random.normal(size=rows) + shift * actual, digits)
        two = numpy.round(0.6 * one + 0.8 * random.normal(size=rows) + 0.3 * shift * actual, digits)
        yield actual, one, two
    actual = numpy.array([0, 0, 0, 1, 1, 1])
    yield actual, numpy.array([1.0, 2, 3, 4, 5, 6]), numpy.array([1.0, 2, 4, 3, 5, 6])


def auc_cases():
    for actual, one, two in score_sets():
        cov = delong(actual, [one, two])
        inputs = {"actual": actual.tolist(), "now": one.tolist(), "then": two.tolist(), "level": 0.9}
        areas = [float(roc_auc_score(actual, score)) for score in (one, two)]
        variance = float(cov[0, 0] + cov[1, 1] - 2 * cov[0, 1])
        half = float(stats.norm.isf(0.05)) * variance**0.5
        gap = areas[0] - areas[1]
        yield "roc_auc", inputs, {
            "value": areas[0], "variance": float(cov[0, 0]), "value_then": areas[1], "variance_then": float(cov[1, 1]),
            "gap": gap, "gap_low": gap - half, "gap_high": gap + half,
        }


def error_cases():
    draws = (
        (random.normal(size=30), random.normal(1, 3, size=12)),
        (random.lognormal(size=200), random.lognormal(0.3, 1.2, size=150)),
        (random.standard_t(3, size=500), random.standard_t(3, size=500)),
        (random.normal(100, 2, size=40), random.normal(101, 2, size=40)),
    )
    for one, two in draws:
        paired = min(len(one), len(two))
        welch = stats.ttest_ind(one, two, equal_var=False)
        rel = stats.ttest_rel(one[:paired], two[:paired])
        welch_ci, rel_ci = welch.confidence_interval(0.9), rel.confidence_interval(0.9)
        low, high = stats.t.interval(0.95, len(one) - 1, loc=one.mean(), scale=stats.sem(one))
        yield "errors", {"now": one.tolist(), "then": two.tolist()}, {
            "value": float(one.mean()), "low": float(low), "high": float(high),
            "welch_p": float(welch.pvalue), "welch_low": float(welch_ci.low), "welch_high": float(welch_ci.high),
            "welch_degrees": float(welch.df),
            "paired_p": float(rel.pvalue), "paired_low": float(rel_ci.low), "paired_high": float(rel_ci.high),
        }


def quantile_cases():
    points = [[p, v] for v in (1, 2.5, 9, 30, 200, 1e5) for p in (0.2, 0.05, 1e-3, 1e-6, 1e-9)]
    yield "student_isf", {"points": points}, {"values": [float(stats.t.isf(p, v)) for p, v in points]}


def main():
    makers = (accuracy_cases, sign_cases, auc_cases, error_cases, quantile_cases)
    found = [case for maker in makers for case in maker()]
    head = {
        "family": "performance",
        "seed": SEED,
        "versions": {"python": sys.version.split()[0], "numpy": numpy.__version__, "scipy": scipy.__version__,
                     "scikit-learn": sklearn.__version__},
        "script": "make_performance.py",
        "description": "accuracy: Wilson's limits (binomtest); sign: binomtest two-sided; roc_auc: roc_auc_score, DeLong's "
        "covariance over all pairs, gap with normal limits at 90 %; errors: t.interval at 95 %, ttest_ind(equal_var=False) "
        "and ttest_rel with limits at 90 %; student_isf: t.isf.",
        "encoding": "numbers are IEEE doubles",
    }
    cases = [{"id": f"{name}-{i}", "function": name, "inputs": inputs, "expected": expected}
             for i, (name, inputs, expected) in enumerate(found)]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "performance.json")
    with open(path, "w") as file:
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in head.items())
        body = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        file.write("{\n" + lines + ",\n\"cases\": [\n" + body + "\n]}\n")


main()
