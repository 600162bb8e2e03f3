"""What a trainer needs of Leeway's HTTP interface: rows, a place for the baseline, and somebody to report to."""

from __future__ import annotations

import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from standard_webhooks import sign

ATTEMPTS = 6


@dataclass(frozen=True)
class Order:
    """A `retraining.requested` message."""

    id: str
    kind: str
    model: str
    environment: str
    period: Mapping[str, str]
    links: Mapping[str, str]
    callback_token: str | None

    @staticmethod
    def of(message: Mapping[str, Any]) -> Order:
        data = message["data"]
        return Order(
            id=data["order"],
            kind=data["kind"],
            model=data["model"],
            environment=data["environment"],
            period=data["period"],
            links=data["links"],
            callback_token=data.get("callback_token"),
        )


class Refused(Exception):
    """Leeway answered that it will not: trying again changes nothing."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text[:300]}")
        self.status = status


class Leeway:
    """Calls the addresses of one order."""

    def __init__(self, order: Order, key: bytes, api_key: str | None = None) -> None:
        self._order = order
        self._key = key
        self._api_key = api_key

    def download_rows(self, path: Path) -> None:
        """The order's labelled rows as Parquet. A transfer that breaks off raises: the file is then not used."""
        scheme, host, where, query, _ = urlsplit(self._order.links["rows"])
        asked = dict(parse_qsl(query, keep_blank_values=True)) | {"format": "parquet", "labels": "only"}
        url = urlunsplit((scheme, host, where, urlencode(asked), ""))
        request = urllib.request.Request(url, headers=self._by_key())
        with _patiently(request) as answer, path.open("wb") as file:
            shutil.copyfileobj(answer, file, 1 << 20)

    def upload_baseline(self, rows: Path, note: str) -> int:
        """Rows in payload version 1 (NDJSON) as a baseline that is not active yet; gives its number."""
        url = f"{self._order.links['baselines']}?{urlencode({'note': note})}"
        headers = self._by_key() | {"content-type": "application/x-ndjson"}
        request = urllib.request.Request(url, data=rows.read_bytes(), headers=headers, method="POST")
        with _patiently(request) as answer:
            return int(json.load(answer)["baseline"])

    def report(self, state: str, **more: Any) -> None:
        """Tells what has become of the order. The same report may be sent again: its id does not change."""
        event = {"event_id": f"{self._order.id}-{state}", "state": state, **more}
        body = json.dumps(event, sort_keys=True).encode()
        request = urllib.request.Request(self._order.links["callback"], data=body, method="POST")
        for name, value in (self._by_token(body) | {"content-type": "application/json"}).items():
            request.add_header(name, value)
        with _patiently(request) as answer:
            answer.read()

    def _by_key(self) -> dict[str, str]:
        return {} if self._api_key is None else {"authorization": f"Bearer {self._api_key}"}

    def _by_token(self, body: bytes) -> dict[str, str]:
        """The token of the order; where it has none, a signature by the secret that the order was signed with."""
        if self._order.callback_token is not None:
            return {"authorization": f"Bearer {self._order.callback_token}"}
        now = int(time.time())
        return {
            "webhook-id": self._order.id,
            "webhook-timestamp": str(now),
            "webhook-signature": sign(self._key, self._order.id, now, body),
        }


def _patiently(request: urllib.request.Request) -> Any:
    """Opens it; tries again while Leeway is away or busy."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return urllib.request.urlopen(request, timeout=300)
        except urllib.error.HTTPError as error:
            if error.code not in (408, 429) and error.code < 500:
                raise Refused(error.code, error.read().decode(errors="replace")) from error
            failure: Exception = error
        except urllib.error.URLError as error:
            failure = error
        if attempt == ATTEMPTS:
            raise failure
        time.sleep(min(30.0, 0.5 * 2**attempt))
    raise AssertionError("not reached")
