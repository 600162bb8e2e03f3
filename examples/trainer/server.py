"""A trainer for Leeway: takes signed retraining orders by HTTP, trains, and reports back. See README.md.

    LEEWAY_SECRETS=whsec_... python server.py --port 9000
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import training
from orders import Orders
from standard_webhooks import SignatureError, key_of, verify

MOST_BYTES = 1_000_000
log = logging.getLogger("trainer")


def make_handler(orders: Orders, keys: list[bytes]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            try:
                length = int(self.headers.get("content-length", ""))
            except ValueError:
                return self._answer(411)
            if not 0 <= length <= MOST_BYTES:
                self.close_connection = True
                return self._answer(413)
            body = self.rfile.read(length)
            if self.path == "/orders":
                return self._order(body)
            if self.path.startswith("/predict/"):
                return self._predict(self.path.removeprefix("/predict/"), body)
            return self._answer(404)

        def _order(self, body: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                message_id = verify(keys, headers, body, time.time())
            except SignatureError as error:
                log.warning("refused a message: %s", error.reason)
                return self._answer(401)
            if json.loads(body).get("type") != "retraining.requested":
                return self._answer(204)
            is_new = orders.take(message_id, body)
            log.info("order taken" if is_new else "order known already")
            return self._answer(202)

        def _predict(self, model: str, body: bytes) -> None:
            """The newest model answers: a stand-in for the service that would be given the model."""
            trained = orders.newest.get(model)
            if trained is None:
                return self._answer(404)
            return self._answer(200, training.answer(trained, json.loads(body)))

        def _answer(self, status: int, value: Any = None) -> None:
            content = b"" if value is None else json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            log.debug(format, *args)

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description="Takes retraining orders of Leeway.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9000, help="0 takes any free one")
    parser.add_argument("--state", type=Path, default=Path("trainer-state"), help="folder of the orders taken")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        keys = [key_of(secret.strip()) for secret in os.environ["LEEWAY_SECRETS"].split(",")]
    except (KeyError, ValueError) as error:
        sys.exit(f"LEEWAY_SECRETS must hold the secret that orders are signed with (two with a comma): {error}")
    orders = Orders(options.state, keys, os.environ.get("LEEWAY_API_KEY"))
    server = ThreadingHTTPServer((options.host, options.port), make_handler(orders, keys))
    server.daemon_threads = True
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"listening on http://{options.host}:{server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
