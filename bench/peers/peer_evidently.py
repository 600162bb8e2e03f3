"""
Evidently with the tests and thresholds it chooses itself, as DataDriftPreset() and ValueDrift(column) do; and with the
tests it has for references of up to 1,000 rows, which know of sample sizes: method="ks" and "chisquare", p < .05.
A report also draws plots, so the verdicts of the many windows come from the package's own test chosen by its own rule;
on some windows the preset itself runs and has to say the same.
"""

import warnings

import numpy as np
from evidently import DataDefinition, Dataset, Report
from evidently.legacy.calculations.stattests import get_stattest
from evidently.presets import DataDriftPreset
from streams import run


def kind(column):
    return "cat" if column.dtype == object else "num"


def definition(frame):
    numeric = [name for name in frame.columns if kind(frame[name]) == "num"]
    return DataDefinition(
        numerical_columns=numeric, categorical_columns=[name for name in frame.columns if name not in numeric]
    )


def cleaned(column):
    """What the package does to a column before the test."""
    return column.replace([np.inf, -np.inf], np.nan).dropna()


def tests_for(reference, current):
    """The rule looks at the rows of the reference and whether both have more than five values: the same in all windows."""
    small = "ks" if kind(reference) == "num" else "chisquare"
    return {
        "default": get_stattest(reference, current, kind(reference), None),
        "ks, chisquare": get_stattest(reference, current, kind(reference), small),
    }


def preset(reference, current):
    """Columns that DataDriftPreset() with its defaults calls drifted."""
    of = definition(reference)
    report = Report([DataDriftPreset()], include_tests=True).run(
        Dataset.from_pandas(current, data_definition=of), Dataset.from_pandas(reference, data_definition=of)
    )
    drifted = set()
    for test in report.dict()["tests"]:
        parameters = test["metric_config"]["params"]
        if "column" in parameters and test["status"].value == "FAIL":
            drifted.add(parameters["column"])
    return drifted


def judge(streams, verdicts):
    checked = 0
    for repeat, reference_rows, reference, rows, following, count in streams.each():
        windows = [following.iloc[i * rows : (i + 1) * rows].reset_index(drop=True) for i in range(count)]
        first = set()
        for name in reference.columns:
            before = cleaned(reference[name])
            for setting, test in tests_for(before, cleaned(windows[0][name])).items():
                found = [test(before, cleaned(window[name]), kind(before), None).drifted for window in windows]
                verdicts.add(setting, (repeat, reference_rows, rows), name, found)
                if setting == "default" and found[0]:
                    first.add(name)
        if repeat == 0:
            checked += 1
            found = preset(reference, windows[0])
            if found != first:
                raise AssertionError(f"DataDriftPreset says {found}, its tests {first}")
    return [
        f"DataDriftPreset itself was run on {checked} windows and gave the same verdicts.",
        "Missing values are dropped first, so a rise of their share cannot be seen.",
    ]


def prepare(reference):
    return reference


warnings.filterwarnings("ignore")
run("evidently", judge, prepare, preset)
