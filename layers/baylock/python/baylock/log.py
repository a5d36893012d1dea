"""Structured logs, one line per invocation, in which no phone number survives.

Nothing personal is logged on purpose; the formatter is there for what slips in with the text of an
exception.
"""

from __future__ import annotations

import logging
import re
from functools import cache
from threading import Lock
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

_MAKING = Lock()

# A sign and seven digits or more, or eleven digits in a row that are no part of a longer name or
# of a decimal: what a phone number looks like, and a time, an id or a version does not.
_PHONE = re.compile(r"(?:\+|%2[Bb])\d[\d ()-]{5,18}\d|(?<![\w.:-])\d{11,15}(?![\w.:-])")


def without_phones(text: str) -> str:
    """The text with everything that looks like a phone number struck out."""
    return _PHONE.sub("[number]", text)


class _Formatter(LambdaPowertoolsFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_phones(super().format(record))


def logger() -> Logger:
    """The logger of the function that runs; threads may ask for it at the same time."""
    with _MAKING:
        return build_logger()


@cache
def build_logger() -> Logger:
    """Made when it is first asked for. Powertools does not make one in several threads at once."""
    return Logger(logger_formatter=_Formatter(), log_uncaught_exceptions=False)


def log_invocation(outcome: str, **facts: Any) -> None:
    """The line that an invocation leaves: what came of it, and of what, without personal data."""
    logger().info(outcome, extra=facts)
