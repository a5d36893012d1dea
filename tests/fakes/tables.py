"""The tables of infra/data.yaml, as CreateTable wants them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parents[2]


class Template(yaml.SafeLoader):
    """CloudFormation's YAML; what a function such as !Ref would give is left as it is written."""


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
    """By logical name, what CreateTable is given."""
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
    """All of them, empty, by their logical names in lower case."""
    for name, properties in tables().items():
        client.create_table(TableName=name, **properties)
