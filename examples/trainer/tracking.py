"""Logs a training to MLflow, with the baseline where Leeway looks for it: `leeway/baseline.ndjson` of the run."""

from __future__ import annotations

import os
from pathlib import Path

from leeway import Order
from training import Trained


def is_configured() -> bool:
    return bool(os.environ.get("MLFLOW_TRACKING_URI"))


def log_training(order: Order, trained: Trained, version: str, baseline: Path) -> str:
    """Gives the id of the run. Registers the model too where MLFLOW_REGISTERED_MODEL names one."""
    import mlflow

    mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", "leeway"))
    with mlflow.start_run(run_name=f"{order.model} {version}") as run:
        mlflow.set_tags({"leeway.order": order.id, "leeway.kind": order.kind, "leeway.version": version})
        mlflow.log_params(
            {"estimator": trained.name, "rows": trained.rows, "features": len(trained.features), **order.period}
        )
        mlflow.log_metrics(trained.metrics)
        mlflow.log_artifact(str(baseline), artifact_path="leeway")
        mlflow.sklearn.log_model(
            trained.model,
            name="model",
            registered_model_name=os.environ.get("MLFLOW_REGISTERED_MODEL") or None,
            # Made here a moment ago: MLflow asks because such trees are not checked when they are loaded.
            skops_trusted_types=["sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor"],
            pip_requirements=str(Path(__file__).with_name("requirements.txt")),
        )
        return str(run.info.run_id)
