"""Secrets at rest: encrypted under a key file beside the database (guarantees, "REST")."""

import hashlib
import hmac
import os
from pathlib import Path

from cryptography.fernet import Fernet


class SecretBox:
    """Seals and opens text with the key in ``path``, which is made (0600) when missing."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(Fernet.generate_key())
        key = path.read_bytes()
        self._fernet = Fernet(key)
        self._signing_key = hashlib.blake2b(key, person=b"page tokens").digest()

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        return self._fernet.decrypt(sealed.encode()).decode()

    def sign(self, data: bytes) -> bytes:
        """``data`` with 8 bytes in front that only this key can make."""
        return hmac.digest(self._signing_key, data, "sha256")[:8] + data

    def unsign(self, signed: bytes) -> bytes | None:
        """What was signed, or ``None`` when it was not signed here."""
        data = signed[8:]
        return data if hmac.compare_digest(signed, self.sign(data)) else None

    def __repr__(self) -> str:
        return "SecretBox(***)"
