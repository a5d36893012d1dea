"""The parts of AWS that the adapters use, in memory, with the tables of infra/data.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws
from tests.fakes.tables import create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@cache
def client(service: Any) -> Any:
    """Return a client; each is built once, as that takes longer than a test."""
    return boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mock AWS: an empty account."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


@pytest.fixture
def tables_made(aws: None) -> DynamoDBClient:
    """Create the tables, by their logical names in lower case."""
    dynamodb: DynamoDBClient = client("dynamodb")
    create_tables(dynamodb)
    return dynamodb


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the waits between retries."""
    monkeypatch.setattr("baylock.adapters.dynamodb.client.time.sleep", lambda _: None)


class Disturbed:
    """A client whose next calls of one operation fail: before they are done, or after if `late`."""

    def __init__(
        self,
        client: object,
        operation: str,
        error: Exception,
        *,
        times: int = 1,
        late: bool = False,
    ) -> None:
        self._client, self._operation = client, operation
        self._error, self._left, self._late = error, times, late
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._client, name)
        if name != self._operation:
            return call

        def disturbed(**request: Any) -> Any:
            self.calls += 1
            if self._left == 0:
                return call(**request)
            self._left -= 1
            if self._late:
                call(**request)
            raise self._error

        return disturbed
