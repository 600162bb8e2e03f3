"""
scipy by hand, as in many a notebook: ks_2samp for numbers, chi2_contingency for categories, missing values dropped;
p < .05, and p <= the level that Leeway's budget leaves.
"""

import numpy as np
import pandas as pd
from scipy.stats import chi2_contingency, ks_2samp
from streams import run

BUDGET_LEVEL = 1 / (50 * 720)


def p_value(reference, current):
    """`reference` as `prepared` made it."""
    if isinstance(reference, np.ndarray):
        values = current[~np.isnan(current)]
        return ks_2samp(reference, values).pvalue if len(values) else 1.0
    counts = pd.concat([reference, pd.Series(current).value_counts()], axis=1).fillna(0).to_numpy()
    return chi2_contingency(counts.T).pvalue


def prepared(values):
    if values.dtype == object:
        return values.value_counts()
    numbers = values.to_numpy()
    return numbers[~np.isnan(numbers)]


def judge(streams, verdicts):
    for repeat, reference_rows, reference, rows, following, count in streams.each():
        for name in reference.columns:
            known, values = prepared(reference[name]), following[name].to_numpy()
            found = [p_value(known, values[i * rows : (i + 1) * rows]) for i in range(count)]
            case = (repeat, reference_rows, rows)
            verdicts.add("p < .05", case, name, [p < 0.05 for p in found])
            verdicts.add("p <= 2.8e-5", case, name, [p <= BUDGET_LEVEL for p in found])
    return ["Missing values are dropped by the caller, so a rise of their share cannot be seen."]


def prepare(reference):
    return {name: prepared(reference[name]) for name in reference.columns}


def compare(known, current):
    for name, before in known.items():
        p_value(before, current[name].to_numpy())


run("scipy", judge, prepare, compare)
