"""A local DynamoDB, and the rest of a local cloud, for the duration of a run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from tests.fakes.tables import create_tables

from local_cloud import Address, Home, running_cloud

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb import DynamoDBClient

# As in bootstrap, but with longer timeouts: 64 racers share one emulator.
_CONFIG = Config(
    connect_timeout=5,
    read_timeout=30,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 1},
)


@dataclass
class Engine:
    """The tables of infra/data.yaml in MiniStack, under their names in lower case."""

    address: Address
    _session: boto3.session.Session = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._session = self.address.session()

    def dynamodb(self) -> DynamoDBClient:
        """Build a new client of DynamoDB."""
        client: DynamoDBClient = self.client("dynamodb")
        return client

    def client(self, service: str) -> Any:
        """Build a new client of any service."""
        return self._session.client(service, config=_CONFIG)  # type: ignore[call-overload]


def slow_down(client: DynamoDBClient, seconds: float) -> None:
    """Make each call of a client take as long as over a network.

    A local emulator answers so quickly that parallel calls do not always overlap and racers do not
    always meet.
    """

    def wait(**_: Any) -> None:
        time.sleep(seconds)

    client.meta.events.register("before-send.dynamodb.*", wait)


@contextmanager
def running_engine() -> Iterator[Engine]:
    """Start MiniStack with empty tables on a free port of 127.0.0.1; it stops with the block."""
    with running_cloud(Home.named("bench"), progress=lambda _: None) as cloud:
        engine = Engine(cloud.address)
        create_tables(engine.dynamodb())
        yield engine
