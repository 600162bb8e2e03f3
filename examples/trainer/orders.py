"""The orders that were taken, kept in a folder: none is lost in a restart, none is trained twice."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import queue
import tempfile
import threading
from pathlib import Path
from typing import Any

import tracking
import training
from leeway import Leeway, Order, Refused

log = logging.getLogger("trainer")


class Orders:
    """Takes messages at once and trains in a thread of its own, one order after the other."""

    def __init__(self, folder: Path, keys: list[bytes], api_key: str | None) -> None:
        self._folder = folder
        self._keys = keys
        self._api_key = api_key
        self._waiting: queue.Queue[str] = queue.Queue()
        self._lock = threading.Lock()
        self.newest: dict[str, training.Trained] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in sorted(folder.glob("*.json")):
            if not path.with_suffix(".done").exists():
                self._waiting.put(path.stem)
        threading.Thread(target=self._work, daemon=True).start()

    def take(self, message_id: str, body: bytes) -> bool:
        """Keeps a verified message; whether it is new. It is on the disk when this returns."""
        order = Order.of(json.loads(body))
        with self._lock:
            # One file for the message and one for the order: neither comes twice.
            name = _name(order.id)
            if (self._folder / f"{name}.json").exists() or self._is_seen(message_id):
                return False
            _write(self._folder / f"{name}.json", body)
            _write(self._folder / f"{_name(message_id)}.seen", b"")
        self._waiting.put(name)
        return True

    def _is_seen(self, message_id: str) -> bool:
        return (self._folder / f"{_name(message_id)}.seen").exists()

    def _work(self) -> None:
        while True:
            name = self._waiting.get()
            message = json.loads((self._folder / f"{name}.json").read_bytes())
            order = Order.of(message)
            try:
                self._follow(order)
                _write(self._folder / f"{name}.done", b"")
            except Refused as error:
                # The order has come to another end there, or is not known any more.
                log.warning("order %s: %s", order.id, error)
                _write(self._folder / f"{name}.done", b"")
            except Exception:
                # Leeway cannot be reached: the order is tried again after the next start.
                log.exception("order %s is left for now", order.id)

    def _follow(self, order: Order) -> None:
        leeway = Leeway(order, self._keys[0], self._api_key)
        leeway.report("accepted")
        leeway.report("running", message="fetching labelled rows")
        try:
            result = self._train(order, leeway)
        except Exception as error:
            log.exception("order %s has failed", order.id)
            leeway.report("failed", message=f"{type(error).__name__}: {error}"[:500])
            return
        leeway.report("succeeded", **result)
        log.info("order %s: version %s", order.id, result["version"])

    def _train(self, order: Order, leeway: Leeway) -> dict[str, Any]:
        with tempfile.TemporaryDirectory() as scratch:
            rows = Path(scratch) / "rows.parquet"
            leeway.download_rows(rows)
            table = training.read_rows(rows)
            version = training.next_version(table["version"].unique())
            trained = training.train(table, rebuild=order.kind == "rebuild")
            self.newest[order.model] = trained
            baseline = Path(scratch) / "baseline.ndjson"
            training.write_baseline(
                trained, baseline, model=order.model, version=version, environment=order.environment
            )
            result: dict[str, Any] = {
                "version": version,
                "metrics": trained.metrics,
                "message": f"{trained.name}, {len(table)} rows, {len(trained.features)} features",
            }
            if tracking.is_configured():
                result["artifact"] = f"runs:/{tracking.log_training(order, trained, version, baseline)}"
            try:
                result["baseline"] = leeway.upload_baseline(baseline, f"version {version}, order {order.id}")
            except Refused as error:
                if error.status not in (401, 403):
                    raise
                # A key with the role read may fetch rows and no more: then Leeway cuts the baseline itself.
                result["training"] = dict(order.period)
            return result


def _name(identity: str) -> str:
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing, and for good."""
    draft = path.with_suffix(path.suffix + ".new")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
