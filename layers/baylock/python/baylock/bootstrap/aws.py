"""The clock and the clients of AWS, built when they are first asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from baylock import deadline

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

    from baylock.adapters.dynamodb.client import Client


CONNECT_SECONDS = 1.0
READ_SECONDS = 3.0
"""The time for which a call waits for an answer; `deadline.TIME_TO_END_SECONDS` allows for both."""


def now() -> datetime:
    """The clock."""
    return datetime.now(UTC)


def client(name: str, *, attempts: int = 2, connections: int = 4) -> Any:
    """A client that gives up well before the function that waits for it is ended."""
    import boto3
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        max_pool_connections=connections,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    made: Any = boto3.client(name, config=config)  # type: ignore[call-overload]
    # Each attempt, not each call: the SDK's own retries count too.
    made.meta.events.register("before-send", deadline.check)
    return made


@cache
def dynamodb() -> Client:
    """The client of the tables."""
    # Once: its adapters know better than the SDK which failures are worth another try.
    made: Client = client("dynamodb", attempts=1, connections=16)
    return made


@cache
def sqs() -> SQSClient:
    """The client of the queues."""
    made: SQSClient = client("sqs")
    return made
