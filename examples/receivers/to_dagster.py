"""A run of a Dagster job, by GraphQL, which answers 200 whatever happens. Not idempotent."""

import json
import os

from receive import post

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchRun(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""


def start(order: dict) -> str:
    selector = {
        "repositoryLocationName": os.environ["DAGSTER_LOCATION"],
        "repositoryName": os.environ.get("DAGSTER_REPOSITORY", "__repository__"),
        "jobName": os.environ["DAGSTER_JOB"],
    }
    config = {"ops": {"train": {"config": {"order": order}}}}
    headers = {"content-type": "application/json"}
    if "DAGSTER_TOKEN" in os.environ:
        headers["dagster-cloud-api-token"] = os.environ["DAGSTER_TOKEN"]
    body = {"query": LAUNCH, "variables": {"params": {"selector": selector, "runConfigData": config}}}
    _, answer = post(f"{os.environ['DAGSTER_URL']}/graphql", json.dumps(body).encode(), headers)
    launched = answer["data"]["launchRun"]
    if launched["__typename"] != "LaunchRunSuccess":
        raise RuntimeError(launched["__typename"])
    return launched["run"]["runId"]
