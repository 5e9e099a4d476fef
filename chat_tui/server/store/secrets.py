"""Secrets at rest: encrypted under a key file beside the database (guarantees, "REST")."""

import os
from pathlib import Path

from cryptography.fernet import Fernet


class SecretBox:
    """Seals and opens text with the key in ``path``, which is made (0600) when missing."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(Fernet.generate_key())
        self._fernet = Fernet(path.read_bytes())

    def seal(self, secret: str) -> str:
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        return self._fernet.decrypt(sealed.encode()).decode()

    def __repr__(self) -> str:
        return "SecretBox(***)"
