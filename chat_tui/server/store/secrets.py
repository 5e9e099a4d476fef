"""Secrets at rest: encrypted under a key file beside the database (guarantees, Security 2)."""

import hashlib
import hmac
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from chat_tui.private_files import read_private, replace_private
from chat_tui.protocol.errors import Unavailable

MAX_KEY = 1024
"""Bytes of a key file."""


class SecretUnreadable(Unavailable):
    """It was sealed with another key."""

    def __init__(self) -> None:
        super().__init__("A secret in the store was sealed with another secrets.key: restore the one it belongs to")


class BadKey(Exception):
    """The file holds no key; the message names it, and the remedy."""


class SecretBox:
    """Seals and opens text with the key in ``path``. ``is_new``: there was none, and the one made is not kept yet: the
    file (0600) is written before the first text is sealed with it."""

    def __init__(self, path: Path) -> None:
        """Raises BadKey, OSError."""
        self._path = path
        try:
            self._key, self.is_new = read_private(path, MAX_KEY), False
        except FileNotFoundError:
            self._key, self.is_new = Fernet.generate_key(), True
        try:
            self._fernet = Fernet(self._key)
        except ValueError:
            raise BadKey(f"{path} holds no key: restore it from a backup") from None
        self._signing_key = hashlib.blake2b(self._key, person=b"page tokens").digest()

    def keep(self) -> None:
        """Write a new key to its file. Raises OSError."""
        if self.is_new:
            replace_private(self._path, self._key)
            self.is_new = False

    def seal(self, secret: str) -> str:
        self.keep()
        return self._fernet.encrypt(secret.encode()).decode()

    def open(self, sealed: str) -> str:
        """Raises SecretUnreadable."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable from None

    def sign(self, data: bytes) -> bytes:
        """``data`` with 8 bytes in front that only this key can make."""
        return hmac.digest(self._signing_key, data, "sha256")[:8] + data

    def unsign(self, signed: bytes) -> bytes | None:
        """What was signed, or ``None`` when it was not signed here."""
        data = signed[8:]
        return data if hmac.compare_digest(signed, self.sign(data)) else None

    def __repr__(self) -> str:
        return "SecretBox(***)"
