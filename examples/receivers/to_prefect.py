"""A flow run of a Prefect deployment. The order is the idempotency key: sent twice, it is the same run."""

import json
import os

from receive import post


def start(order: dict) -> str:
    # PREFECT_API_URL: http://HOST:4200/api, or https://api.prefect.cloud/api/accounts/A/workspaces/W
    url = f"{os.environ['PREFECT_API_URL']}/deployments/{os.environ['PREFECT_DEPLOYMENT']}/create_flow_run"
    headers = {"content-type": "application/json"}
    if "PREFECT_API_KEY" in os.environ:
        headers["authorization"] = f"Bearer {os.environ['PREFECT_API_KEY']}"
    body = {"parameters": {"order": order}, "idempotency_key": order["order"]}
    _, run = post(url, json.dumps(body).encode(), headers)
    return run["id"]
