"""One line of JSON per event, on stderr."""

import json
import logging
import sys
import time
from typing import Any

LOG = logging.getLogger("baylock_lock")


def start(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    LOG.handlers = [handler]
    LOG.propagate = False
    LOG.setLevel(level.upper())


def event(level: int, name: str, **fields: Any) -> None:
    """Log an event; fields that are None are left out."""
    if LOG.isEnabledFor(level):
        shown = {key: value for key, value in fields.items() if value is not None}
        LOG.log(level, name, extra={"fields": shown})


def debug(name: str, **fields: Any) -> None:
    event(logging.DEBUG, name, **fields)


def info(name: str, **fields: Any) -> None:
    event(logging.INFO, name, **fields)


def warning(name: str, **fields: Any) -> None:
    event(logging.WARNING, name, **fields)


class _Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "at": f"{at}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
