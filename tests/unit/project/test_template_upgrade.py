"""A stack of the release before can be updated to this template."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.project.test_template import infra

Keys = dict[str, tuple[str, ...]]
"""By index, and `""` for the table itself."""

PK_SK: Keys = {"": ("pk", "sk")}
RELEASED: dict[str, Keys] = {
    "Orders": {
        "": ("id",),
        "due": ("due_shard", "due_at"),
        "by_merchant": ("merchant_id", "by_start"),
    },
    "Occupancy": PK_SK,
    "Venue": PK_SK,
    "Locks": {"": ("thing",)},
    "Texts": PK_SK,
    "Connections": PK_SK,
    "Budgets": PK_SK,
    "Webhooks": PK_SK | {"due": ("due_shard", "due_at")},
}
"""The keys of each table and of its indexes, as the release before has them.

Change it after a release, never before: an update can create or delete one index of a table only.
"""
STREAMS = {"Orders": "NEW_AND_OLD_IMAGES"}
EXPIRING = {"Occupancy", "Texts", "Connections", "Budgets", "Webhooks"}
SECRETS = {"CodeSecret", "WebhookSecret"}
"""Of the release before, too."""


def tables() -> dict[str, dict[str, Any]]:
    """The properties of each table, by logical name."""
    return {
        name: resource["Properties"]
        for name, resource in infra("data").items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def keys_of(table: dict[str, Any]) -> Keys:
    """The keys of a table and of its indexes."""
    return {
        one.get("IndexName", ""): tuple(key["AttributeName"] for key in one["KeySchema"])
        for one in (table, *table.get("GlobalSecondaryIndexes", ()))
    }


@pytest.mark.parametrize("name", RELEASED)
def test_update_creates_or_deletes_one_index_of_a_table_at_most(name: str) -> None:
    now, before = keys_of(tables()[name]), RELEASED[name]
    assert now[""] == before[""], "another key is another table"
    # An index whose keys change is deleted and created.
    assert len(now.items() ^ before.items()) <= 1


def test_indexes_have_keys_alone_and_attributes_keep_their_types() -> None:
    for name, table in tables().items():
        types = {
            one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]
        }
        numbers = {attribute for attribute, kind in types.items() if kind == "N"}
        assert numbers == types.keys() & {"due_shard", "due_at", "driver_at"}, name
        assert types.keys() == {key for keys in keys_of(table).values() for key in keys}, name
        for index in table.get("GlobalSecondaryIndexes", ()):
            assert index["Projection"] == {"ProjectionType": "KEYS_ONLY"}, name


def test_what_can_only_be_switched_off_and_on_in_two_updates_stays() -> None:
    """The view of a stream and the attribute of a TTL; a name would forbid a replacement."""
    for name, table in tables().items():
        assert "TableName" not in table
        if name in RELEASED:
            stream = table.get("StreamSpecification", {}).get("StreamViewType")
            assert stream == STREAMS.get(name), name
            expires = {"AttributeName": "expires", "Enabled": True} if name in EXPIRING else None
            assert table.get("TimeToLiveSpecification") == expires, name


def test_secrets_of_the_release_before_are_not_generated_anew() -> None:
    """CloudFormation makes another value where the way to generate it changes."""
    for name in SECRETS:
        assert infra("data")[name]["Properties"]["GenerateSecretString"] == {
            "PasswordLength": 64,
            "ExcludeCharacters": "\"'\\",
        }
