"""DynamoDB within the process, by moto, with the tables of infra/data.yaml."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.models import DynamoDBBackend, dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.dynamo_type import Item as MotoItem
from moto.dynamodb.models.table import Table
from moto.dynamodb.models.utilities import dynamo_to_dict
from tests.contracts.conftest import client
from tests.fakes.tables import create_tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's wire format."""

REGION = "us-east-1"


@contextmanager
def database() -> Iterator[DynamoDBClient]:
    """Yield a client of an account that has only Baylock's tables."""
    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        stack.enter_context(_quick())
        dynamodb: DynamoDBClient = client("dynamodb")
        create_tables(dynamodb)
        yield dynamodb


def scan(client: DynamoDBClient, table: str) -> list[Item]:
    """Read every item of a table."""
    pages = client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def stored(table: str, key: Item) -> Item | None:
    """Return an item as stored, without a call; its binary values are bytes."""
    backend = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION]
    item = backend.get_item(table, {name: dict(value) for name, value in key.items()})
    return dynamo_to_dict(item.attrs) if item else None


# ── moto, made fast enough for thousands of items ────────────────────────────────────────────────


@contextmanager
def _quick() -> Iterator[None]:
    """Speed moto up without changing its responses.

    For each transaction moto copies its tables item by item, and it looks up each part of each
    attribute of a response under a dozen names.
    """
    with (
        patch.object(Table, "__deepcopy__", lambda table, _: table, create=True),
        patch.object(
            DynamoDBBackend,
            "transact_write_items",
            _all_or_nothing(DynamoDBBackend.transact_write_items),
        ),
        patch.object(
            BaseJSONSerializer,
            "_serialize",
            _attributes_as_they_are(BaseJSONSerializer._serialize),
        ),
    ):
        yield


def _all_or_nothing(
    transact: Callable[[DynamoDBBackend, list[dict[str, Any]]], None],
) -> Callable[[DynamoDBBackend, list[dict[str, Any]]], None]:
    """Run a transaction that restores the items it touched if it fails."""

    def transact_write_items(
        backend: DynamoDBBackend, transact_items: list[dict[str, Any]]
    ) -> None:
        before = [_found(backend, part) for item in transact_items for part in item.values()]
        try:
            transact(backend, transact_items)
        except Exception:
            for table, hash_key, range_key, item in before:
                _put_back(table, hash_key, range_key, item)
            raise

    return transact_write_items


def _found(
    backend: DynamoDBBackend, part: Mapping[str, Any]
) -> tuple[Table, DynamoType, DynamoType | None, MotoItem | None]:
    table = backend.get_table(part["TableName"])
    hash_key, range_key = backend.get_keys_value(table, part.get("Key") or part["Item"])
    return table, hash_key, range_key, deepcopy(table.get_item(hash_key, range_key))


def _put_back(
    table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: MotoItem | None
) -> None:
    if item is None:
        table.delete_item(hash_key, range_key)
    elif range_key:
        table.items[hash_key][range_key] = item
    else:
        table.items[hash_key] = item  # type: ignore[assignment]


_Serialize = Callable[[BaseJSONSerializer, Any, Any, Any, str], None]


def _attributes_as_they_are(serialize: _Serialize) -> _Serialize:
    def quick(
        serializer: BaseJSONSerializer, serialized: Any, value: Any, shape: Any, key: str
    ) -> None:
        if shape.name == "AttributeValue" and isinstance(value, dict) and len(value) == 1:
            ((kind, content),) = value.items()
            if kind == "B":
                serialized[key] = {"B": _base64(content)}
                return
            if kind == "BS":
                serialized[key] = {"BS": [_base64(one) for one in content]}
                return
            if kind not in {"M", "L"}:
                serialized[key] = value
                return
        serialize(serializer, serialized, value, shape, key)

    return quick


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
