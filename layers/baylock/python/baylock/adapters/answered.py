"""Calls to AWS that get no answer, or the answer that the service is overloaded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004

from baylock.domain.errors import Busy

NO_ANSWER = (ConnectionError, HTTPClientError)
"""What botocore raises without an answer: to it, not to connect is no failure of HTTP."""


@contextmanager
def answered() -> Iterator[None]:
    """Raise Busy where a service can't be reached, does not answer in time or is overloaded."""
    try:
        yield
    except NO_ANSWER as error:
        raise Busy from error
    except ClientError as error:
        if not _is_overloaded(error):
            raise
        raise Busy from error


def _is_overloaded(error: ClientError) -> bool:
    """Whether the service says so by its status, or by a code that came with status 400."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = error.response.get("Error", {}).get("Code", "")
    return (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status == HTTPStatus.TOO_MANY_REQUESTS
        or "Throttl" in code
    )
