"""A workflow of Argo Workflows from a template. Named after the order: a second one is refused, which is fine."""

import json
import os
from urllib.error import HTTPError

from receive import post


def start(order: dict) -> str:
    name = order["order"].replace("_", "-").lower()
    parameters = [
        f"order={order['order']}",
        f"model={order['model']}",
        f"rows={order['links']['rows']}",
        f"callback={order['links']['callback']}",
        f"callback-token={order.get('callback_token', '')}",
    ]
    body = {
        "resourceKind": "WorkflowTemplate",
        "resourceName": os.environ["ARGO_TEMPLATE"],
        "submitOptions": {"name": name, "parameters": parameters},
    }
    try:
        post(
            f"{os.environ['ARGO_URL']}/api/v1/workflows/{os.environ['ARGO_NAMESPACE']}/submit",
            json.dumps(body).encode(),
            {"authorization": os.environ["ARGO_TOKEN"], "content-type": "application/json"},
        )
    except HTTPError as error:
        if error.code != 409:  # AlreadyExists
            raise
    return name
