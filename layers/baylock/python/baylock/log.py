"""Structured logs, one line per invocation, without personal data and secrets.

Nothing personal is logged on purpose; the formatter is there for what slips in with the text of an
exception. What a handler lets through is logged by Lambda itself, as it is: `guarded` sees to that.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from baylock.redaction import redacted

_MAKING = Lock()

_P = ParamSpec("_P")
_T = TypeVar("_T")


class InvocationFailed(Exception):
    """An invocation failed with this type of error; the line before it in the log says more."""


class _Formatter(LambdaPowertoolsFormatter):
    """Redacts the values rather than the line, so that the line stays JSON."""

    def serialize(self, log: Any) -> str:
        return super().serialize(_redacted_values(log))


class _Redacting(logging.Filter):
    """For the lines of libraries, which the runtime's own handlers write."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = redacted(record.getMessage()), None
        if record.exc_info:
            record.exc_text = redacted(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True


def _redacted_values(value: Any) -> Any:
    match value:
        case None | bool() | float():
            return value
        case int():
            shown = redacted(str(value))
            return value if shown == str(value) else shown
        case Mapping():
            return {redacted(str(name)): _redacted_values(of) for name, of in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redacted_values(one) for one in value]
        case _:
            return redacted(str(value))


def logger() -> Logger:
    """The logger of the function that runs; threads may ask for it at the same time."""
    with _MAKING:
        return build_logger()


@cache
def build_logger() -> Logger:
    """Made when it is first asked for. Powertools does not make one in several threads at once."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(_Redacting())
    return Logger(logger_formatter=_Formatter(), log_uncaught_exceptions=False)


def log_invocation(outcome: str, **facts: Any) -> None:
    """The line that an invocation leaves: what came of it, and of what, without personal data."""
    logger().info(outcome, extra=facts)


def guarded(*passed: type[Exception]) -> Callable[[Callable[_P, _T]], Callable[_P, _T]]:
    """Decorate a handler so that Lambda, which writes every error to the log, gets only its type.

    Errors that are `passed` have no text with anything in it to redact.
    """

    def decorate(handler: Callable[_P, _T]) -> Callable[_P, _T]:
        @wraps(handler)
        def handle(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            try:
                logger()  # before all else: it redacts what libraries log
                return handler(*args, **kwargs)
            except Exception as error:
                if isinstance(error, passed):
                    raise
                logger().exception("invocation failed")
                raise InvocationFailed(type(error).__name__) from None

        return handle

    return decorate
