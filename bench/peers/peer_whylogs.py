"""
whylogs drift report with its defaults: a profile of each sample, calculate_drift_scores (KS for numbers, chi-square for
text); DRIFT is p < .05. And Hellinger's distance for numbers, which its makers' platform recommends; DRIFT is > .4.
"""

import warnings

import whylogs
from streams import run
from whylogs.viz.drift.column_drift_algorithms import Hellinger, calculate_drift_scores


def profile(frame):
    return whylogs.log(frame).view()


def judge(streams, verdicts):
    numeric = {column["name"]: Hellinger() for column in streams.columns if column["kind"] == "numeric"}
    known = None
    profiles = {}
    for repeat, reference_rows, reference, rows, following, count in streams.each():
        if known is None or known[0] is not reference:
            known = (reference, profile(reference))
        if (repeat, rows) not in profiles:
            profiles = {key: value for key, value in profiles.items() if key[0] == repeat}
            profiles[repeat, rows] = [profile(following.iloc[i * rows : (i + 1) * rows]) for i in range(count)]
        for setting, chosen in (("default", None), ("Hellinger", numeric)):
            scores = [calculate_drift_scores(each, known[1], chosen, True) for each in profiles[repeat, rows]]
            for name in chosen or reference.columns:
                drifted = [each[name] is not None and each[name]["drift_category"] == "DRIFT" for each in scores]
                verdicts.add(setting, (repeat, reference_rows, rows), name, drifted)
    return ["Missing values are counted in the profile, but no drift score looks at them."]


def compare(known, current):
    calculate_drift_scores(profile(current), known, with_thresholds=True)


warnings.filterwarnings("ignore")
run("whylogs", judge, profile, compare)
