"""The tables of infra/data.yaml, as parameters of CreateTable."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parents[2]


class Template(yaml.SafeLoader):
    """CloudFormation's YAML; the argument of a function such as !Ref stays as it is written."""


def _as_written(loader: yaml.SafeLoader, _tag: str, node: yaml.Node) -> object:
    match node:
        case yaml.ScalarNode():
            return loader.construct_scalar(node)
        case yaml.SequenceNode():
            return loader.construct_sequence(node, deep=True)
        case _:
            assert isinstance(node, yaml.MappingNode)
            return loader.construct_mapping(node, deep=True)


Template.add_multi_constructor("!", _as_written)

TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "BillingMode",
)


@cache
def tables() -> dict[str, dict[str, Any]]:
    """Return the parameters of CreateTable, by logical name."""
    text = (ROOT / "infra/data.yaml").read_text()
    resources = yaml.load(text, Template)["Resources"]  # noqa: S506 (derived from SafeLoader)
    return {
        name.lower(): {
            key: value for key, value in resource["Properties"].items() if key in TABLE_PROPERTIES
        }
        for name, resource in resources.items()
        if resource["Type"] == "AWS::DynamoDB::Table"
    }


def create_tables(client: DynamoDBClient) -> None:
    """Create all tables, empty, by their logical names in lower case."""
    for name, properties in tables().items():
        client.create_table(TableName=name, **properties)
