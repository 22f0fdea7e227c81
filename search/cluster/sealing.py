"""Parts on their way through a cluster, sealed with the watch's key: the cluster's readers read no names.

AES-256-GCM under a key derived from the watch's own; `about` (which part this is) is bound to the sealed
bytes, so that one part cannot stand for another.
"""

from __future__ import annotations

import hmac
import os

_NONCE = 12


class Broken(ValueError):
    """Not sealed with this key, for this place, or changed since."""


class Seal:
    """Seals and opens with one watch's key."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._cipher = AESGCM(hmac.digest(key, b"parts\0", "sha256"))
        self.proof = hmac.digest(key, b"parts proof\0", "sha256")[:8].hex()
        """Equal for equal keys, and telling nothing of them."""

    def close(self, data: bytes, *, about: str) -> bytes:
        """The data, sealed."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, data, about.encode())

    def open(self, sealed: bytes, *, about: str) -> bytes:
        """What `close` was given; raises Broken for anything else."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
        except (InvalidTag, ValueError) as error:
            raise Broken(about) from error
