"""A parameterized Jenkins job. Not idempotent: an order that is sent twice is built twice."""

import base64
import os
from urllib.parse import quote, urlencode

from receive import post


def start(order: dict) -> str:
    url = f"{os.environ['JENKINS_URL']}/job/{quote(os.environ['JENKINS_JOB'])}/buildWithParameters"
    login = f"{os.environ['JENKINS_USER']}:{os.environ['JENKINS_TOKEN']}"
    fields = {
        "ORDER": order["order"],
        "MODEL": order["model"],
        "ROWS": order["links"]["rows"],
        "CALLBACK": order["links"]["callback"],
        "CALLBACK_TOKEN": order.get("callback_token", ""),
    }
    headers, _ = post(
        url,
        urlencode(fields).encode(),
        {
            "authorization": "Basic " + base64.b64encode(login.encode()).decode(),
            "content-type": "application/x-www-form-urlencoded",
        },
    )
    return headers["location"]  # the queue item
