"""The deployed template: what SAM makes of it must keep the promises that the source makes."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import load
from samtranslator.translator.managed_policy_translator import ManagedPolicyLoader
from samtranslator.translator.transform import transform

from baylock import deadline
from baylock.adapters.dynamodb.messages import SENDING_TAKES_AT_MOST
from baylock.bootstrap import aws
from baylock.domain.access.key_ring import Purpose
from baylock.settings import Settings
from deployment.deployment import SECRETS

TEMPLATE = Path(__file__).parents[3] / "template.yaml"
INFRA = sorted((TEMPLATE.parent / "infra").glob("*.yaml"))
OBSERVABILITY = TEMPLATE.parent / "infra/observability.yaml"

# Both are Lambda's own: a role can't name its log streams or traces before they are there.
ALLOWED_MANAGED = {"AWSLambdaBasicExecutionRole", "AWSXrayWriteOnlyAccess"}
# API Gateway's, for its access log: it accepts no narrower one.
ALLOWED_FOR_LOGS = {"AmazonAPIGatewayPushToCloudWatchLogs"}


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


def functions() -> dict[str, dict[str, Any]]:
    """The properties of each function, by logical name."""
    return {
        name: resource["Properties"]
        for name, resource in resources().items()
        if resource["Type"] == "AWS::Lambda::Function"
    }


def statements_of(function: str) -> list[dict[str, Any]]:
    """What a function's own role allows."""
    role = functions()[function]["Role"]["Fn::GetAtt"][0]
    return [
        statement
        for policy in resources()[role]["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def output_of(value: Any) -> str | None:
    """As in `Data.Outputs.OrdersArn`, if that is what a value or a part of it refers to."""
    match value:
        case {"Fn::GetAtt": [stack, name]} if str(name).startswith("Outputs."):
            return f"{stack}.{name}"
        case {"Fn::GetAtt": name} if ".Outputs." in str(name):
            return str(name)
        case {"Fn::Sub": [_, variables]}:
            (one,) = variables.values()
            return output_of(one)
        case _:
            return None


def resource_of(output: str) -> str:
    """What a nested stack's output is of: `Data.Outputs.OrdersArn` → `Data.Orders`."""
    return re.sub(r"Outputs\.(\w+?)(Arn|Name|Url)$", r"\1", output)


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
    assert given <= ALLOWED_MANAGED | ALLOWED_FOR_LOGS


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
    watched = {
        dimension["Value"]["Ref"]
        for alarm in plain(load(str(OBSERVABILITY)))["Resources"].values()
        for dimension in alarm["Properties"].get("Dimensions", ())
        if isinstance(dimension["Value"], dict)
    }
    assert queues
    assert queues <= watched


# ── what stands in two places agrees ─────────────────────────────────────────────────────────────

CONSUME = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
FOLLOW = {
    f"dynamodb:{action}"
    for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
}
NAMES = sorted(f"{path.parent.name}" for path in TEMPLATE.parent.glob("functions/*/app.py"))


def logical_name(folder: str) -> str:
    """`order_changed` → `OrderChangedFunction`, as functions/Makefile has it."""
    return "".join(part.capitalize() for part in folder.split("_")) + "Function"


@pytest.mark.parametrize("folder", NAMES)
def test_names_of_a_function_are_those_of_its_folder(folder: str) -> None:
    function = functions()[logical_name(folder)]
    assert function["Handler"] == f"{folder}.app.handler"
    log = resources()[function["LoggingConfig"]["LogGroup"]["Ref"]]["Properties"]["LogGroupName"]
    assert log == {"Fn::Sub": f"/baylock/${{AWS::StackName}}/{folder.replace('_', '-')}"}
    assert function["LoggingConfig"]["LogFormat"] == "Text"


def test_variables_are_those_of_the_settings() -> None:
    given = {name for one in functions().values() for name in one["Environment"]["Variables"]}
    ours = {name for name in given if not name.startswith("POWERTOOLS_")}
    assert ours == {field.name.upper() for field in fields(Settings)}


@pytest.mark.parametrize("folder", NAMES)
def test_function_is_told_of_what_it_has_rights_to_and_of_nothing_else(folder: str) -> None:
    """What it only consumes is told to its event source instead."""
    name = logical_name(folder)
    told = {
        resource_of(output)
        for value in functions()[name]["Environment"]["Variables"].values()
        if (output := output_of(value))
    }
    allowed = {
        resource_of(output)
        for statement in statements_of(name)
        if not set(as_list(statement["Action"])) <= CONSUME | FOLLOW
        for resource in as_list(statement.get("Resource", []))
        if (output := output_of(resource))
    }
    assert told == allowed


KEYS = {
    "authorizer": set(),
    "claim_lock": set(),
    "clock": {"Privacy"},
    "connect": {"OrderId"},
    "deliver_webhook": {"Webhook"},
    "delivery_reported": {"Privacy"},
    "driver_page": {"Link"},
    "inbound_sms": {"Code", "OrderId", "Privacy", "TextKey"},
    "lock_reported": set(),
    "merchant_api": {"Code", "Link", "OrderId", "Webhook"},
    "order_changed": set(),
    "reconcile_lock": set(),
    "refresh_hint": set(),
    "sandbox_lock": set(),
    "send_text": {"Code", "Link", "Privacy"},
}
"""By function: the purposes of the platform's keys that it reads."""


@pytest.mark.threat(10)
@pytest.mark.parametrize("folder", NAMES)
def test_function_reads_the_keys_of_its_purposes_alone(folder: str) -> None:
    """`test_function_is_told_…` makes sure that a key in the environment may be read, too."""
    read = {
        re.sub(r"Data\.Outputs\.(\w+)SecretArn", r"\1", str(output_of(resource)))
        for statement in statements_of(logical_name(folder))
        if any(action.startswith("secretsmanager:") for action in as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
    }
    assert read == KEYS[folder]
    for statement in statements_of(logical_name(folder)):
        if "Secret" in str(statement.get("Resource")):
            assert as_list(statement["Action"]) == ["secretsmanager:GetSecretValue"]


@pytest.mark.threat(10)
def test_every_purpose_has_a_secret_of_its_own_that_lasts() -> None:
    nested = plain(load(str(TEMPLATE.parent / "infra/data.yaml")))["Resources"]
    secrets = {
        name: one for name, one in nested.items() if one["Type"] == "AWS::SecretsManager::Secret"
    }
    assert {output.removesuffix("Secret") for output in SECRETS.values()} == {
        name.removesuffix("Secret") for name in secrets
    }
    assert set(SECRETS) == set(Purpose)
    for name, secret in secrets.items():
        assert secret["DeletionPolicy"] == secret["UpdateReplacePolicy"] == "Retain", name
        assert secret["Properties"]["GenerateSecretString"]["PasswordLength"] >= 64, name


def test_every_event_source_may_be_read_by_its_function() -> None:
    """The local cloud does not enforce these rights, so no end-to-end test would notice."""
    sources = [
        resource["Properties"]
        for resource in resources().values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    assert sources
    for source in sources:
        needed = FOLLOW if "StartingPosition" in source else CONSUME
        allowed = {
            action
            for statement in statements_of(source["FunctionName"]["Ref"])
            if source["EventSourceArn"] in as_list(statement.get("Resource"))
            for action in as_list(statement["Action"])
        }
        assert needed <= allowed, source


def seconds_of(function: dict[str, Any]) -> int:
    """A function's time limit in an account."""
    match function["Timeout"]:
        case {"Fn::If": ["IsLocal", _, seconds]} | seconds:
            return int(seconds)


@pytest.mark.parametrize("folder", NAMES)
def test_function_has_time_for_calls_and_ends_before_its_limit(folder: str) -> None:
    call = aws.CONNECT_SECONDS + aws.READ_SECONDS
    assert call + 1 <= deadline.TIME_TO_END_SECONDS, "an answer and the log take time, too"
    limit = seconds_of(functions()[logical_name(folder)])
    assert limit - deadline.TIME_TO_END_SECONDS >= call
    if logical_name(folder) in invoked_by_the_api():
        assert limit - deadline.TIME_TO_END_SECONDS + call < 10, "somebody waits"


def invoked_by_the_api() -> set[str]:
    """The functions that API Gateway may invoke, the authorizer among them."""
    return {
        re.findall(r"\w+Function", str(one["Properties"]["FunctionName"]))[0]
        for one in resources().values()
        if one["Type"] == "AWS::Lambda::Permission" and "apigateway" in str(one["Properties"])
    }


def test_text_that_was_begun_is_taken_up_again_when_its_message_comes_back() -> None:
    """Otherwise a text whose sending hung would count as sent."""
    queue = plain(load(str(TEMPLATE.parent / "infra/messaging.yaml")))["Resources"]["TextQueue"]
    limit = seconds_of(functions()["SendTextFunction"])
    last_begun = limit - deadline.TIME_TO_END_SECONDS
    back = queue["Properties"]["VisibilityTimeout"]
    assert last_begun + SENDING_TAKES_AT_MOST.total_seconds() < back
    assert limit <= SENDING_TAKES_AT_MOST.total_seconds()


def test_lock_receives_what_it_may_subscribe_to() -> None:
    policy = plain(load(str(TEMPLATE.parent / "infra/locks.yaml")))["Resources"]["LockPolicy"]
    topics = {
        statement["Action"]: [
            topic["Fn::Sub"].partition(":topicfilter/")[2]
            or topic["Fn::Sub"].partition(":topic/")[2]
            for topic in as_list(statement["Resource"])
        ]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    }
    assert topics["iot:Subscribe"] == topics["iot:Receive"]
    assert all(topics["iot:Subscribe"])


def infra(name: str) -> dict[str, Any]:
    """The resources of a nested template."""
    found: dict[str, Any] = plain(load(str(TEMPLATE.parent / f"infra/{name}.yaml")))["Resources"]
    return found


@pytest.mark.threat(11)
def test_functions_move_the_locks_of_named_malls_only() -> None:
    """An account may have other devices: what a role may touch is named by a stack's own malls."""
    rights = [
        (function, str(resource))
        for function in functions()
        for statement in statements_of(function)
        if any(str(action).startswith("iot:") for action in as_list(statement["Action"]))
        for resource in as_list(statement["Resource"])
    ]
    assert {function for function, _ in rights} == {"ReconcileLockFunction", "SandboxLockFunction"}
    for function, resource in rights:
        assert ":thing/sandbox-*" in resource or ":thing/${Mall}-*" in resource, function
        assert "thing/*" not in resource, function
    source = plain(load(str(TEMPLATE)))
    (rule,) = (one for one in source["Rules"].values() if "Malls" in str(one["Assertions"]))
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    assert source["Parameters"]["Malls"]["Default"] == ""


@pytest.mark.threat(5)
def test_claim_certificate_can_only_have_its_request_signed_and_claim() -> None:
    topics = {
        statement["Action"]: [
            re.sub(r"^.*?:(client|topic|topicfilter)/", "", one["Fn::Sub"])
            for one in as_list(statement["Resource"])
        ]
        for statement in infra("locks")["ClaimPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    }
    assert topics["iot:Connect"] == ["claim.*"]
    assert topics["iot:Publish"] == [
        "$aws/certificates/create-from-csr/json",
        "$aws/provisioning-templates/${ClaimTemplate}/provision/json",
    ]
    answers = [
        f"{one}/{word}" for one in topics["iot:Publish"] for word in ("accepted", "rejected")
    ]
    assert topics["iot:Subscribe"] == topics["iot:Receive"] == answers


@pytest.mark.threat(5)
def test_template_of_claims_gives_the_lock_policy_and_asks_the_hook() -> None:
    properties = infra("locks")["ClaimTemplate"]["Properties"]
    body = json.loads(properties["TemplateBody"]["Fn::Sub"])
    assert properties["PreProvisioningHook"]["TargetArn"] == {"Ref": "ClaimHook"}
    kinds = {one["Type"]: one["Properties"] for one in body["Resources"].values()}
    assert kinds["AWS::IoT::Policy"] == {"PolicyName": "${LockPolicy}"}
    assert kinds["AWS::IoT::Thing"] == {"ThingName": {"Ref": "thing"}}
    (permission,) = (
        one["Properties"]
        for one in resources().values()
        if one["Type"] == "AWS::Lambda::Permission" and "ClaimLock" in str(one["Properties"])
    )
    assert permission["SourceAccount"] == {"Ref": "AWS::AccountId"}
    assert resources()["LockFleet"]["DependsOn"] == "ClaimLockPermission"


@pytest.mark.threat(5)
def test_device_defender_runs_the_checks_that_it_is_set_up_for() -> None:
    found = infra("defender")
    checks = found["AuditConfiguration"]["Properties"]["AuditCheckConfigurations"]
    daily = found["DailyAudit"]["Properties"]["TargetCheckNames"]
    assert {one.replace("_", "").lower() for one in daily} == {one.lower() for one in checks}
    assert "DEVICE_CERTIFICATE_EXPIRING_CHECK" in daily
    watched = {
        one["Metric"]
        for one in found["LockBehaviour"]["Properties"]["Behaviors"]
        if "Metric" in one
    }
    assert {
        "aws:num-connection-attempts", "aws:message-byte-size", "aws:num-authorization-failures"
    } <= watched  # fmt: skip


def test_operators_find_every_alarm_in_the_docs() -> None:
    nested = plain(load(str(TEMPLATE.parent / "infra/observability.yaml")))["Resources"]
    alarms = {name for name, one in nested.items() if one["Type"] == "AWS::CloudWatch::Alarm"}
    page = (TEMPLATE.parent / "docs/operations.md").read_text(encoding="utf-8")
    table = page.partition("| alarm |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == alarms
