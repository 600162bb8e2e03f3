"""Standard Webhooks 1.0.0: whether a message comes from who knows the secret, is unchanged, and is of now."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

TOLERANCE_SECONDS = 300


class SignatureError(Exception):
    """The message is not to be believed. `reason` is one word for logs; whoever sent it is told nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def key_of(secret: str) -> bytes:
    """The key in a secret: `whsec_` and the base64 of 24 to 64 bytes."""
    if not secret.startswith("whsec_"):
        raise ValueError("a secret begins with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret is whsec_ and base64") from error
    if not 24 <= len(key) <= 64:
        raise ValueError("a secret holds 24 to 64 bytes")
    return key


def verify(keys: Iterable[bytes], headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Gives the message's id, by which repetitions are known.

    `headers` by their names in lower case, `body` as it came, `now` in Unix seconds.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not (message_id and timestamp and signatures):
        raise SignatureError("missing-header")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise SignatureError("bad-timestamp")
    if now - int(timestamp) > TOLERANCE_SECONDS:
        raise SignatureError("too-old")
    if int(timestamp) - now > TOLERANCE_SECONDS:
        raise SignatureError("too-new")
    content = f"{message_id}.{timestamp}.".encode() + body
    right = [b"v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)) for key in keys]
    found = False
    # Every pair is compared, each in constant time: how long it takes tells nothing.
    for given in signatures.encode().split(b" ")[:10]:
        for one in right:
            found = hmac.compare_digest(given, one) or found
    if not found:
        raise SignatureError("no-match")
    return message_id


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
