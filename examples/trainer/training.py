"""From exported rows to a model, figures about it, and the rows of its baseline."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

FEATURE = "feature:"
SCORE = "score:"
BASELINE_ROWS = 50_000
"""A baseline needs no more, and Leeway takes 64 MiB at once."""


class Unusable(Exception):
    """The rows do not allow a training; the message says why."""


@dataclass(frozen=True)
class Trained:
    model: Pipeline
    """Takes the columns of `features`."""
    features: list[str]
    name: str
    metrics: dict[str, float]
    rows: int
    held_out: pd.DataFrame
    """The newest rows, which the model has not seen."""

    @property
    def classes(self) -> list[str] | None:
        return None if _is_regression(self.held_out) else [str(each) for each in self.model.classes_]


def read_rows(path: Path) -> pd.DataFrame:
    """The export, oldest row first. An unfinished file has no footer and cannot be read."""
    return pd.read_parquet(path).sort_values(["time", "id"], ignore_index=True)


def train(table: pd.DataFrame, *, rebuild: bool, least_rows: int = 300) -> Trained:
    """Fits candidates to the oldest part, chooses by the next, and measures on the newest, which neither has seen."""
    if len(table) < least_rows:
        raise Unusable(f"{len(table)} labelled rows, at least {least_rows} are needed")
    first, second = int(len(table) * 0.6), int(len(table) * 0.75)
    fitting, choosing, holding = table[:first], table[first:second], table[second:]
    features = _features(table, holding, rebuild)
    regression = _is_regression(table)
    if not regression and (fitting["label"].nunique() < 2 or holding["label"].nunique() < 2):
        raise Unusable("every label is the same")
    candidates = _candidates(table[features], regression)
    losses = {
        name: _loss(model.fit(fitting[features], fitting["label"]), choosing[features], choosing["label"])
        for name, model in candidates.items()
    }
    name = min(losses, key=lambda each: losses[each])
    model = candidates[name]
    model.fit(table[:second][features], table[:second]["label"])
    # Not fitted once more to all rows: the model in service is the one that was measured.
    return Trained(model, features, name, _metrics(model, holding, features, regression), len(table), holding)


def _features(table: pd.DataFrame, newest: pd.DataFrame, rebuild: bool) -> list[str]:
    """The features that there are. One that is gone needs a rebuild, which does without it."""
    every = [column for column in table.columns if column.startswith(FEATURE)]
    gone = [column for column in every if newest[column].isna().all()]
    if gone and not rebuild:
        names = ", ".join(column.removeprefix(FEATURE) for column in gone)
        raise Unusable(f"missing in all of the newest rows: {names}; this needs a rebuild")
    kept = [column for column in every if column not in gone]
    if not kept:
        raise Unusable("the rows have no features")
    return kept


def _is_regression(table: pd.DataFrame) -> bool:
    return pd.api.types.is_float_dtype(table["label"])


def _candidates(features: pd.DataFrame, regression: bool) -> dict[str, Pipeline]:
    numbers = [column for column in features if pd.api.types.is_numeric_dtype(features[column])]
    texts = [column for column in features if column not in numbers]
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=np.nan, encoded_missing_value=np.nan)
    mixed = ColumnTransformer([("numbers", "passthrough", numbers), ("texts", ordinal, texts)])
    if regression:
        return {"gradient boosting": make_pipeline(mixed, HistGradientBoostingRegressor(random_state=0))}
    scaled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    shares = OneHotEncoder(handle_unknown="infrequent_if_exist", min_frequency=5, max_categories=100)
    linear = ColumnTransformer([("numbers", scaled, numbers), ("texts", shares, texts)])
    return {
        "logistic regression": make_pipeline(linear, LogisticRegression(max_iter=1000)),
        "gradient boosting": make_pipeline(
            mixed, HistGradientBoostingClassifier(max_iter=80, learning_rate=0.15, random_state=0)
        ),
    }


def _loss(model: Pipeline, features: pd.DataFrame, label: pd.Series) -> float:
    if not hasattr(model, "predict_proba"):
        return float(mean_absolute_error(label, model.predict(features)))
    known = label.isin(model.classes_)
    return float(log_loss(label[known], model.predict_proba(features[known]), labels=model.classes_))


def _metrics(model: Pipeline, held: pd.DataFrame, features: list[str], regression: bool) -> dict[str, float]:
    """How the new model and those before it do on the held-out rows."""
    answered = held[held["prediction"].notna()]
    metrics: dict[str, float] = {"held_out_rows": float(len(held))}
    said = model.predict(held[features])
    if regression:
        metrics["mean_error_after"] = float(mean_absolute_error(held["label"], said))
        if len(answered):
            metrics["mean_error_before"] = float(mean_absolute_error(answered["label"], answered["prediction"]))
        return metrics
    metrics["accuracy_after"] = float(accuracy_score(held["label"], said))
    if len(answered):
        metrics["accuracy_before"] = float(accuracy_score(answered["label"], answered["prediction"]))
    if len(model.classes_) == 2:
        positive = model.classes_[1]
        truth = held["label"] == positive
        metrics["roc_auc_after"] = float(roc_auc_score(truth, model.predict_proba(held[features])[:, 1]))
        before = f"{SCORE}{positive}"
        if before in held and held[before].notna().all():
            metrics["roc_auc_before"] = float(roc_auc_score(truth, held[before]))
    return metrics


def next_version(versions: Iterable[str]) -> str:
    """The number after the largest that was seen."""
    numbers = [int(version) for version in versions if version.isascii() and version.isdigit()]
    return str(max(numbers, default=0) + 1)


def write_baseline(trained: Trained, path: Path, *, model: str, version: str, environment: str) -> None:
    """The newest rows as the new version answers them (payload version 1).

    Rows that it was not fitted to, for of those it is surer than it will ever be again: its baseline would call the
    first day in service a drift.
    """
    names = [column.removeprefix(FEATURE) for column in trained.features]
    held = trained.held_out
    chosen = held.sample(min(len(held), BASELINE_ROWS), random_state=0).sort_index()
    answers = _answers(trained, chosen[trained.features])
    rows = chosen[["id", "time", "label", *trained.features]].itertuples(index=False, name=None)
    with path.open("w", encoding="utf-8") as file:
        for (row_id, time, label, *values), said in zip(rows, answers, strict=True):
            payload = {
                "id": row_id,
                "time": time.isoformat(),
                "model": model,
                "version": version,
                "environment": environment,
                "features": {name: value for name, value in zip(names, values, strict=True) if not pd.isna(value)},
                "prediction": said,
                "label": label,
            }
            file.write(json.dumps(payload) + "\n")


def prediction(answer: Any, classes: list[str] | None) -> Any:
    """An answer as a payload carries it."""
    if classes is None:
        return float(answer)
    shares = {name: round(float(share), 6) for name, share in zip(classes, answer, strict=True)}
    return {"label": max(shares, key=lambda name: shares[name]), "probabilities": shares}


def answer(trained: Trained, rows: list[dict[str, Any]]) -> list[Any]:
    """Predictions for the features of rows."""
    table = pd.DataFrame(
        {column: [row.get(column.removeprefix(FEATURE)) for row in rows] for column in trained.features}
    )
    return _answers(trained, table.astype(trained.held_out[trained.features].dtypes.to_dict()))


def _answers(trained: Trained, features: pd.DataFrame) -> list[Any]:
    model, classes = trained.model, trained.classes
    said = model.predict(features) if classes is None else model.predict_proba(features)
    return [prediction(each, classes) for each in said.tolist()]
