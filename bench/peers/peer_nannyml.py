"""
NannyML UnivariateDriftCalculator with its default method and threshold, chunks as large as the windows; and with
Wasserstein and L-infinity, the other methods its documentation suggests. It advises at least six chunks of reference,
of 500 rows or more.
"""

import warnings

import nannyml
from streams import run

# "The recommended minimum chunk size is 500", says its documentation; the other methods are run from there on.
ADVISED_ROWS = 500
METHODS = {"jensen_shannon": "default", "wasserstein": "Wasserstein, L-infinity", "l_infinity": "Wasserstein, L-infinity"}


def fitted(reference, chunk_size, both=False):
    return nannyml.UnivariateDriftCalculator(
        column_names=list(reference.columns),
        continuous_methods=["jensen_shannon", "wasserstein"] if both else None,
        categorical_methods=["jensen_shannon", "l_infinity"] if both else None,
        chunk_size=chunk_size,
    ).fit(reference)


def alerts(calculator, following):
    """(column, method) to one alert a window."""
    found = calculator.calculate(following).filter(period="analysis").to_df()
    return {(key[0], key[1]): found[key].tolist() for key in found.columns if key[2] == "alert"}


def judge(streams, verdicts):
    base = [column["name"] for column in streams.columns if "change" not in column]
    changed = [column for column in streams.columns if "change" in column]
    for repeat, reference_rows, reference, rows, following, _ in streams.each():
        case = (repeat, reference_rows, rows)
        both = rows >= ADVISED_ROWS
        for (name, method), found in alerts(fitted(reference[base], rows, both), following[base]).items():
            verdicts.add(METHODS[method], case, name, found)
        # A changed column is judged by a calculator that knows the column it is a change of.
        for of in sorted({column["of"] for column in changed}):
            calculator = fitted(reference[[of]], rows, both)
            for column in changed:
                if column["of"] != of:
                    continue
                for (_, method), found in alerts(calculator, following[[column["name"]]].set_axis([of], axis=1)).items():
                    verdicts.add(METHODS[method], case, column["name"], found)
    return [
        "Missing values are dropped, so a rise of their share cannot be seen by these methods.",
        "A reference of one chunk has no spread: the threshold is that chunk's distance from itself.",
    ]


def prepare(reference):
    return nannyml.UnivariateDriftCalculator(column_names=list(reference.columns)).fit(reference)


def compare(calculator, current):
    calculator.calculate(current)


warnings.filterwarnings("ignore")
run("nannyml", judge, prepare, compare)
