"""The service's log: one line per happening, with an allow-list of fields and no word of what people wrote (contract
S71; guarantees, Security 8)."""

import logging
import sys
from pathlib import Path

from chat_tui import logs

FIELDS = ("connection", "user", "clean", "method", "port", "pid", "limit")


def configure(level: str, file: Path | None = None) -> None:
    """Log from ``level`` up to ``file``, which rotates, or to standard error."""
    if file is not None:
        logs.configure_file(file, level, fields=FIELDS)
    else:
        logs.use(logging.StreamHandler(sys.stderr), level, fields=FIELDS)
