"""Reads the rows that streams.ts wrote, collects verdicts, measures time. Shared by every peer_*.py."""

import argparse
import importlib.metadata
import json
import resource
import time
from pathlib import Path

import numpy as np
import pandas as pd

RUNS = 3


class Streams:
    def __init__(self, directory):
        self.directory = Path(directory)
        self.manifest = json.loads((self.directory / "manifest.json").read_text())
        self.columns = self.manifest["columns"]
        self.repeats = range(self.manifest["repeats"])
        self.references = self.manifest["references"]
        self.windows = [(each["rows"], each["count"]) for each in self.manifest["windows"]]

    def reference(self, repeat, rows):
        """Every column of the windows, changed ones too: those have the values of the column they are a change of."""
        folder = self.directory / f"{repeat}-reference"
        return pd.DataFrame({column["name"]: read(folder / column["of"], column["kind"], rows) for column in self.columns})

    def following(self, repeat, rows):
        """All windows of `rows` rows of a repeat, one below the other."""
        folder = self.directory / f"{repeat}-{rows}"
        return pd.DataFrame({column["name"]: read(folder / column["name"], column["kind"]) for column in self.columns})

    def each(self):
        """(repeat, rows of the reference, reference, rows of a window, windows one below the other, their number)"""
        for repeat in self.repeats:
            following = {rows: self.following(repeat, rows) for rows, _ in self.windows}
            for reference_rows in self.references:
                reference = self.reference(repeat, reference_rows)
                for rows, count in self.windows:
                    yield repeat, reference_rows, reference, rows, following[rows], count

    def timed(self):
        """Two samples of 100,000 rows and 20 columns."""
        samples = []
        for sample in ("timed-reference", "timed-current"):
            names = [f"n{i}" for i in range(18)] + ["k0", "k1"]
            kinds = ["numeric"] * 18 + ["categorical"] * 2
            samples.append(pd.DataFrame({n: read(self.directory / sample / n, k) for n, k in zip(names, kinds)}))
        return samples


def read(path, kind, rows=-1):
    if kind == "numeric":
        return np.fromfile(path, dtype="<f8", count=rows)
    names = np.array([f"c{i}" for i in range(1000)], dtype=object)
    return names[np.fromfile(path, dtype="<u2", count=rows)]


class Verdicts:
    """Windows flagged, by setting, size of the reference, size of the window, column and repeat."""

    def __init__(self, streams):
        self.repeats = len(streams.repeats)
        self.cells = {}

    def add(self, setting, case, column, flagged):
        """`case`: (repeat, rows of the reference, rows of a window); `flagged`: one truth value a window."""
        repeat, reference_rows, rows = case
        key = (setting, reference_rows, rows, column)
        counts = self.cells.setdefault(key, ([0] * self.repeats, [0] * self.repeats))
        counts[0][repeat] += int(sum(bool(each) for each in flagged))
        counts[1][repeat] += len(flagged)

    def rows(self):
        names = ("setting", "reference", "rows", "column", "flagged", "windows")
        return [dict(zip(names, (*key, *counts))) for key, counts in self.cells.items()]


def run(package, judge, prepare, compare):
    """
    `judge(streams, verdicts)` adds verdicts and returns notes. For the time: `prepare(reference)` returns all that can be
    kept for the next window, `compare(prepared, current)` judges one.
    """
    arguments = argparse.ArgumentParser()
    arguments.add_argument("streams")
    arguments.add_argument("out")
    arguments.add_argument("--time", action="store_true")
    given = arguments.parse_args()
    streams = Streams(given.streams)
    found = {"tool": package, "version": importlib.metadata.version(package)}
    if given.time:
        reference, current = streams.timed()
        kept = []
        preparing = [cpu_seconds(lambda: kept.append(prepare(reference))) for _ in range(RUNS)]
        comparing = [cpu_seconds(lambda: compare(kept[-1], current)) for _ in range(RUNS)]
        found["seconds"] = [a + b for a, b in zip(preparing, comparing)]
        found["again"] = comparing
    else:
        verdicts = Verdicts(streams)
        found["seconds"] = [cpu_seconds(lambda: found.update(notes=judge(streams, verdicts)))]
        found["cells"] = verdicts.rows()
    found["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    Path(given.out).write_text(json.dumps(found))


def cpu_seconds(work):
    before = time.process_time()
    work()
    return time.process_time() - before
