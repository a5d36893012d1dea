"""The tables of infra/data.yaml, as CreateTable wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from baylock_cli.local.home import PROJECT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_GIVEN_TO_CREATE = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
)


class _Template(yaml.SafeLoader):
    """CloudFormation's YAML, less what a function such as !Ref would give."""


def _nothing(_loader: yaml.SafeLoader, _tag: str, _node: yaml.Node) -> None:
    return None


_Template.add_multi_constructor("!", _nothing)


def tables() -> Mapping[str, Mapping[str, Any]]:
    """What CreateTable is given, by logical name in lower case, which is the table's name here."""
    written = (PROJECT / "infra/data.yaml").read_text()
    resources = yaml.load(written, _Template)["Resources"]  # noqa: S506 (derived from SafeLoader)
    return {
        name.lower(): {
            key: value for key, value in resource["Properties"].items() if key in _GIVEN_TO_CREATE
        }
        for name, resource in resources.items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def create_tables(client: DynamoDBClient) -> None:
    """All of them, empty."""
    for name, properties in tables().items():
        client.create_table(TableName=name, **properties)
