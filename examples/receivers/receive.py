"""Takes Leeway's orders and hands each to an orchestrator: python receive.py prefect

Standard library alone. The modules beside this file start one run each; copy the one you need and change its names.

    LEEWAY_SECRET  signing secret of the target (whsec_...)
    PORT           where it listens; 9000 unless told
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import importlib
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable
from urllib.request import Request, urlopen

MOST_BYTES = 65_536


def is_signed(headers: Any, body: bytes, secret: str, now: float) -> bool:
    """Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`, at most five minutes old."""
    message, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not stamp.isdigit() or abs(now - int(stamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{message}.{stamp}.".encode() + body, hashlib.sha256).digest()
    right = "v1," + base64.b64encode(mac).decode()
    given = headers.get("webhook-signature", "").split()
    return any([hmac.compare_digest(each.encode(), right.encode()) for each in given])


def post(url: str, body: bytes, headers: dict[str, str]) -> tuple[Any, Any]:
    """POSTs and gives headers and body of a good answer; anything else raises."""
    with urlopen(Request(url, data=body, headers=headers, method="POST"), timeout=10) as answer:
        text = answer.read(1 << 20)
        return answer.headers, json.loads(text) if text.strip() else None


def serve(start: Callable[[dict[str, Any]], str], secret: str, port: int) -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            if length > MOST_BYTES:
                return self.answer(413, "too large")
            body = self.rfile.read(length)
            if not is_signed(self.headers, body, secret, time.time()):
                return self.answer(401, "not signed")
            try:
                # Within Leeway's 15 s. An order that could not be handed on is sent again: 5xx.
                run = start(json.loads(body)["data"])
            except Exception as error:
                return self.answer(502, f"not started: {type(error).__name__}")
            self.answer(200, f"run {run}")

        def answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Addresses of orders are not logged."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    print(f"listening on {server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    serve(
        importlib.import_module(f"to_{sys.argv[1]}").start,
        os.environ["LEEWAY_SECRET"],
        int(os.environ.get("PORT", "9000")),
    )
