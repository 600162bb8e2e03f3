"""A run of Kubeflow Pipelines, version 2. Not idempotent: an order that is sent twice runs twice."""

import json
import os

from receive import post


def start(order: dict) -> str:
    body = {
        "display_name": order["order"],
        "experiment_id": os.environ["KFP_EXPERIMENT"],
        "pipeline_version_reference": {
            "pipeline_id": os.environ["KFP_PIPELINE"],
            "pipeline_version_id": os.environ["KFP_VERSION"],
        },
        "runtime_config": {
            "parameters": {
                "order": order["order"],
                "model": order["model"],
                "rows": order["links"]["rows"],
                "callback": order["links"]["callback"],
                "callback_token": order.get("callback_token", ""),
            }
        },
    }
    _, run = post(
        f"{os.environ['KFP_URL']}/apis/v2beta1/runs",
        json.dumps(body).encode(),
        {"authorization": f"Bearer {os.environ['KFP_TOKEN']}", "content-type": "application/json"},
    )
    return run["run_id"]
