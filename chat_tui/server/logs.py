"""The service's log: one line per happening, with an allow-list of fields and no word of what people wrote."""

import logging
import sys
import time

FIELDS = ("connection", "user", "clean", "method", "port", "pid", "limit")


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        fields = "".join(f" {name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name))
        line = f"{stamp}Z {record.levelname.lower():7} {record.getMessage()}{fields}"
        return line if record.exc_info is None else f"{line}\n{self.formatException(record.exc_info)}"


def configure(level: str) -> None:
    """Log to standard error from ``level`` up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.getLogger("uvicorn").setLevel("WARNING")
    logging.getLogger("uvicorn.access").setLevel("WARNING")
