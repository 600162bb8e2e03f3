"""
alibi-detect TabularDrift with its defaults: KS for numbers, chi-square for categories, p_val .05; predict() gives one
verdict a batch with Bonferroni's correction over the columns, predict(drift_type="feature") one a column without.
"""

import warnings

import numpy as np
from alibi_detect.cd import TabularDrift
from streams import run

P = 0.05


def as_array(frame):
    """Categories become their numbers; the detector wants one array."""
    numbers = [frame[n].str[1:].astype(float) if frame[n].dtype == object else frame[n] for n in frame.columns]
    return np.column_stack(numbers)


def detector(reference):
    categories = {i: None for i, name in enumerate(reference.columns) if reference[name].dtype == object}
    return TabularDrift(as_array(reference), p_val=P, categories_per_feature=categories)


def judge(streams, verdicts):
    columns = [column["name"] for column in streams.columns]
    monitored = sum(1 for column in streams.columns if "change" not in column)
    known = None
    for repeat, reference_rows, reference, rows, following, count in streams.each():
        if known is None or known[0] is not reference:
            known = (reference, detector(reference))
        values = as_array(following)
        found = np.empty((count, len(columns)))
        for i in range(count):
            data = known[1].predict(values[i * rows : (i + 1) * rows], drift_type="feature")["data"]
            found[i] = data["p_val"]
        for j, name in enumerate(columns):
            case = (repeat, reference_rows, rows)
            verdicts.add("drift_type='feature'", case, name, found[:, j] < P)
            verdicts.add("default (Bonferroni)", case, name, found[:, j] < P / monitored)
    return [
        f"The correction of the batch verdict is taken over {monitored} columns, of which the judged one is one.",
    ]


def compare(known, current):
    known.predict(as_array(current))


warnings.filterwarnings("ignore")
run("alibi-detect", judge, detector, compare)
