"""The deployed template: what SAM makes of it must keep the promises that the source makes."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.decode.cfn_yaml import load
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
INFRA = sorted((TEMPLATE.parent / "infra").glob("*.yaml"))

# Both are Lambda's own: a role can't name its log streams or traces before they are there.
ALLOWED_MANAGED = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}


class _Iam:
    def list_policies(self) -> None:
        raise AssertionError("the transform needs no account")


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")


@cache
def resources() -> dict[str, Any]:
    """What CloudFormation is given, after SAM's transform."""
    source = plain(load(str(TEMPLATE)))
    for resource in source["Resources"].values():
        location = resource.get("Properties", {}).get("Location")
        if isinstance(location, str):
            resource["Properties"]["Location"] = f"https://s3.amazonaws.com/b/{location}"
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://b/k"
    source["Globals"]["Function"]["CodeUri"] = "s3://b/k"
    managed = ManagedPolicyLoader(_Iam())
    managed._policy_map = {
        name: f"arn:aws:iam::aws:policy/service-role/{name}"
        for name in (*ALLOWED_MANAGED, "AWSLambdaSQSQueueExecutionRole",
                     "AWSLambdaDynamoDBExecutionRole")
    }  # fmt: skip
    found: dict[str, Any] = transform(source, {"PlatformNumber": "+12065550100"}, managed)
    return found["Resources"]  # type: ignore[no-any-return]


def plain(value: Any) -> Any:
    """Without the positions that the linter's reader keeps."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, str) else value


def statements() -> list[tuple[str, dict[str, Any]]]:
    """Every statement of every role, of the template and of those that it nests."""
    everything = dict(resources())
    for path in INFRA:
        everything |= plain(load(str(path)))["Resources"]
    return [
        (name, statement)
        for name, resource in everything.items()
        if resource["Type"] == "AWS::IAM::Role"
        for policy in resource["Properties"].get("Policies", ())
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def test_every_function_has_a_role_of_its_own() -> None:
    functions = [one for one in resources().values() if one["Type"] == "AWS::Lambda::Function"]
    roles = [str(one["Properties"]["Role"]) for one in functions]
    assert len(functions) == len(list(TEMPLATE.parent.glob("functions/*/app.py")))
    assert len(set(roles)) == len(roles)


def test_no_role_is_given_more_than_its_own_statements() -> None:
    managed = {
        arn.rpartition("/")[2]
        for resource in resources().values()
        if resource["Type"] == "AWS::IAM::Role"
        for arn in map(str, resource["Properties"].get("ManagedPolicyArns", ()))
    }
    given = {re.sub(r"[^A-Za-z].*", "", name) for name in managed}
    assert given <= ALLOWED_MANAGED


def test_no_statement_is_for_everything() -> None:
    assert statements()
    for role, statement in statements():
        resource = statement.get("Resource", statement.get("NotResource"))
        assert resource != "*", role
        assert "NotResource" not in statement or statement["Action"] == "sns:Publish", role
        actions = statement["Action"]
        for action in actions if isinstance(actions, list) else [actions]:
            assert "*" not in action, (role, action)


PASSING = {"Budgets"}
"""Tables of counts that nobody would restore."""


@pytest.mark.parametrize("path", [TEMPLATE, *INFRA], ids=lambda path: str(path.name))
def test_what_must_last_lasts(path: Path) -> None:
    for name, resource in plain(load(str(path)))["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::DynamoDB::Table" and name not in PASSING:
            assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain", name
            assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
            assert properties["SSESpecification"]["SSEEnabled"]
        if resource["Type"] == "AWS::Logs::LogGroup":
            assert "RetentionInDays" in properties, name
        if resource["Type"] == "AWS::SQS::Queue" and not name.endswith("DeadLetters"):
            assert "RedrivePolicy" in properties, name


def test_every_dead_letter_queue_has_an_alarm() -> None:
    queues = {
        name
        for path in INFRA
        for name, resource in plain(load(str(path)))["Resources"].items()
        if resource["Type"] == "AWS::SQS::Queue" and name.endswith("DeadLetters")
    }
    alarms = yaml.safe_load(re.sub(r"![A-Za-z]+ ", "", (INFRA[3]).read_text()))["Resources"]
    watched = {
        dimension["Value"]
        for alarm in alarms.values()
        for dimension in alarm["Properties"].get("Dimensions", ())
    }
    assert queues
    assert queues <= watched
