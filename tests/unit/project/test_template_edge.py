"""What the template promises at its edges, and what the local cloud can't show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import load
from tests.unit.project.test_template import (
    INFRA,
    TEMPLATE,
    as_list,
    functions,
    output_of,
    plain,
    resources,
    somewhere,  # noqa: F401 (a fixture)
    statements_of,
)

from reference.routes import every_route

pytestmark = pytest.mark.threat(11)

ACCOUNT, LOCAL = "123456789012", "000000000000"
SOURCE = plain(load(str(TEMPLATE)))
NESTED = {path.stem: plain(load(str(path)))["Resources"] for path in INFRA}
EVERYTHING = {
    **{f"template.{name}": one for name, one in SOURCE["Resources"].items()},
    **{f"{file}.{name}": one for file, of_file in NESTED.items() for name, one in of_file.items()},
}


def of_type(kind: str) -> dict[str, Any]:
    """The properties of all resources of a type, in all templates, by file and name."""
    return {
        name: one.get("Properties", {}) for name, one in EVERYTHING.items() if one["Type"] == kind
    }


# ── as CloudFormation evaluates it ───────────────────────────────────────────────────────────────


class Deployed:
    """The template with parameters, in an account."""

    def __init__(self, account: str = ACCOUNT, **parameters: str) -> None:
        defaults = {name: one.get("Default") for name, one in SOURCE["Parameters"].items()}
        self.values = {**defaults, **parameters, "AWS::AccountId": account}

    def holds(self, condition: Any) -> bool:
        match condition:
            case str(name) | {"Condition": str(name)}:
                return self.holds(SOURCE["Conditions"][name])
            case {"Fn::Equals": [left, right]}:
                return str(self.value(left)) == str(self.value(right))
            case {"Fn::Not": [inner]}:
                return not self.holds(inner)
            case {"Fn::And": list(inner)}:
                return all(map(self.holds, inner))
            case {"Fn::Or": list(inner)}:
                return any(map(self.holds, inner))
            case _:
                raise AssertionError(condition)

    def value(self, value: Any) -> Any:
        """A value, as far as it is a parameter or a choice; None for AWS::NoValue."""
        match value:
            case {"Ref": "AWS::NoValue"}:
                return None
            case {"Ref": str(name)} if name in self.values:
                return self.values[name]
            case {"Fn::If": [condition, yes, no]}:
                return self.value(yes if self.holds(condition) else no)
            case _:
                return value

    def reserved(self) -> dict[str, int]:
        """The reserved executions of each function that has any."""
        found = {
            name: self.value(one.get("ReservedConcurrentExecutions"))
            for name, one in functions().items()
        }
        return {name: int(number) for name, number in found.items() if number is not None}

    def at_once(self) -> dict[str, int]:
        """The most executions that a queue begins at once, by function."""
        return {
            one["Properties"]["FunctionName"]["Ref"]: int(
                self.value(one["Properties"]["ScalingConfig"]["MaximumConcurrency"])
            )
            for one in resources().values()
            if one["Type"] == "AWS::Lambda::EventSourceMapping"
            and "ScalingConfig" in one["Properties"]
        }


# ── the stage ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("account", "stage", "accepted", "is_local"),
    [
        (LOCAL, "local", True, True),
        (LOCAL, "live", True, False),
        (ACCOUNT, "live", True, False),
        (ACCOUNT, "local", False, False),
    ],
)
def test_local_stage_is_refused_in_an_account_and_would_loosen_nothing(
    account: str, stage: str, *, accepted: bool, is_local: bool
) -> None:
    deployed = Deployed(account, Stage=stage)
    rule = SOURCE["Rules"]["LocalIsNoAccount"]
    (assertion,) = rule["Assertions"]
    assert deployed.holds(rule["RuleCondition"]) == (stage == "local")
    fails = deployed.holds(rule["RuleCondition"]) and not deployed.holds(assertion["Assert"])
    assert fails != accepted
    assert deployed.holds("IsLocal") == is_local


def test_what_is_looser_locally_depends_on_the_account_everywhere() -> None:
    """No condition but IsLocal looks at the stage, and a nested stack looks at the account."""
    for name, condition in SOURCE["Conditions"].items():
        assert name == "IsLocal" or "'Stage'" not in str(condition), name
    loopback = [
        value
        for one in functions().values()
        for name, value in one["Environment"]["Variables"].items()
        if name == "WEBHOOK_LOOPBACK"
    ]
    assert loopback
    assert {Deployed(Stage="local").value(value) for value in loopback} == {""}
    for path in INFRA:
        conditions = plain(load(str(path))).get("Conditions", {})
        assert conditions.get("InAccount") in (
            None,
            {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::AccountId"}, LOCAL]}]},
        )


# ── topics, queues and secrets ───────────────────────────────────────────────────────────────────

BY_TLS = {"Bool": {"aws:SecureTransport": "false"}}


def policies(kind: str, names: str, document: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each statement of the policies of this type, with the resource that it is for."""
    for name, properties in of_type(kind).items():
        for target in as_list(properties[names]):
            for statement in properties[document]["Statement"]:
                chosen = Deployed().value(in_account(statement))
                yield f"{name.partition('.')[0]}.{target['Ref']}", chosen


def in_account(statement: Any) -> Any:
    """A statement that is there only in an account, in one."""
    match statement:
        case {"Fn::If": ["InAccount", yes, {"Ref": "AWS::NoValue"}]}:
            return yes
        case _:
            return statement


RESOURCE_POLICIES = [
    ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues", "PolicyDocument"),
    ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"),
    (
        "AWS::SecretsManager::Secret",
        "AWS::SecretsManager::ResourcePolicy",
        "SecretId",
        "ResourcePolicy",
    ),
]


@pytest.mark.parametrize(("kind", "policy", "names", "document"), RESOURCE_POLICIES)
def test_queues_topics_and_secrets_are_reached_by_tls_only(
    kind: str, policy: str, names: str, document: str
) -> None:
    refusing = {
        target
        for target, statement in policies(policy, names, document)
        if statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement["Condition"] == BY_TLS
    }
    assert refusing == set(of_type(kind)), "each needs a policy (`OnlyByTls` in infra/)"


@pytest.mark.parametrize(("kind", "policy", "names", "document"), RESOURCE_POLICIES)
def test_only_services_that_act_for_this_account_are_let_in(
    kind: str, policy: str, names: str, document: str
) -> None:
    for target, statement in policies(policy, names, document):
        if statement["Effect"] == "Allow":
            assert set(statement["Principal"]) == {"Service"}, target
            condition = json.dumps(statement["Condition"])
            assert "aws:SourceAccount" in condition or "aws:SourceArn" in condition, target


def test_every_topic_is_encrypted_with_a_key_that_its_publishers_may_use() -> None:
    publishers = set()
    for name, topic in of_type("AWS::SNS::Topic").items():
        key = topic["KmsMasterKeyId"]
        assert key in ({"Fn::GetAtt": ["TopicKey", "Arn"]}, {"Ref": "TopicKey"}), name
    for _, statement in policies("AWS::SNS::TopicPolicy", "Topics", "PolicyDocument"):
        if statement["Effect"] == "Allow":
            publishers |= set(as_list(statement["Principal"]["Service"]))
    (key,) = of_type("AWS::KMS::Key").values()
    assert key["EnableKeyRotation"]
    allowed = {
        service
        for statement in key["KeyPolicy"]["Statement"]
        for service in as_list(statement["Principal"].get("Service", []))
    }
    assert allowed == publishers


def test_role_that_publishes_to_a_topic_may_use_the_key_that_encrypts_it() -> None:
    publishers = set()
    for name, role in of_type("AWS::IAM::Role").items():
        statements = [
            statement
            for policy in role.get("Policies", ())
            for statement in policy["PolicyDocument"]["Statement"]
        ]
        actions = {action for one in statements for action in as_list(one["Action"])}
        if "sns:Publish" in actions:
            publishers.add(name)
            assert {"kms:GenerateDataKey", "kms:Decrypt"} <= actions, name
    assert publishers == {"defender.DefenderRole"}


def test_every_permission_and_role_names_who_may_use_it() -> None:
    """A service could otherwise be told by another account to use it."""
    for name, one in resources().items():
        if one["Type"] == "AWS::Lambda::Permission":
            assert "SourceArn" in one["Properties"], name
    roles = of_type("AWS::IAM::Role")
    assert roles
    for name, role in roles.items():
        for statement in role["AssumeRolePolicyDocument"]["Statement"]:
            assert "aws:SourceAccount" in json.dumps(statement.get("Condition")), name


# ── roles ────────────────────────────────────────────────────────────────────────────────────────

BY_PREFIX = {"Data.Outputs.TextsArn", "Data.Outputs.VenueArn"}
"""Tables whose partition keys say what an item is."""

WHOLE = {
    ("SendTextFunction", "dynamodb:PutItem"): "writes every kind of item of texts",
    ("ClockFunction", "dynamodb:Scan"): "of malls and texts, after an upgrade; it has no keys",
}


def test_every_right_on_a_table_of_several_kinds_names_the_kinds() -> None:
    found = set()
    for name in functions():
        for statement in statements_of(name):
            tables = {output_of(one) for one in as_list(statement.get("Resource", []))}
            if not tables & BY_PREFIX:
                continue
            condition = statement.get("Condition", {})
            if any("dynamodb:LeadingKeys" in one for one in condition.values()):
                assert len(tables) == 1, name
            else:
                found |= {(name, action) for action in as_list(statement["Action"])}
    assert found == set(WHOLE)


def test_only_the_authorizer_and_the_clock_reach_the_keys_of_merchants() -> None:
    def reaches(statement: Mapping[str, Any]) -> bool:
        if "Data.Outputs.VenueArn" not in {
            output_of(one) for one in as_list(statement.get("Resource", []))
        }:
            return False
        condition = statement.get("Condition", {}).get("ForAllValues:StringLike", {})
        prefixes = condition.get("dynamodb:LeadingKeys", ["*"])
        return any(re.match(prefix.replace("*", ".*"), "key#0") for prefix in prefixes)

    found = {name for name in functions() if any(map(reaches, statements_of(name)))}
    assert found == {"AuthorizerFunction", "ClockFunction"}


def may(name: str, action: str, table: str, pk: str) -> bool:
    """Whether a function may do this with an item."""

    def allows(statement: Mapping[str, Any]) -> bool:
        if action not in as_list(statement["Action"]) or table not in {
            output_of(one) for one in as_list(statement.get("Resource", []))
        }:
            return False
        return all(
            any(fnmatchcase(pk, pattern) for pattern in keys["dynamodb:LeadingKeys"])
            == (how == "ForAllValues:StringLike")
            for how, keys in statement.get("Condition", {}).items()
        )

    return any(map(allows, statements_of(name)))


def test_whatever_looks_for_a_number_may_ask_whether_plain_numbers_are_left() -> None:
    """`PhoneKeys` looks under plain numbers too until the clock has hashed them all."""
    texts = "Data.Outputs.TextsArn"
    readers = {
        name
        for name in functions()
        if "PRIVACY_SECRET" in functions()[name]["Environment"]["Variables"]
        and may(name, "dynamodb:GetItem", texts, "number#x")
    }
    assert readers >= {"ClockFunction", "DeliveryReportedFunction", "SendTextFunction"}
    asks = {name for name in readers if may(name, "dynamodb:GetItem", texts, "upgrade#phones")}
    assert asks == readers


def test_role_reads_one_kind_of_the_index_that_has_two() -> None:
    """Live orders by phone, or what has ended."""
    found = {
        function: statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
        for function in functions()
        for statement in statements_of(function)
        if "/index/by_driver" in str(statement.get("Resource"))
    }
    live = dict.fromkeys(("ConnectFunction", "InboundSmsFunction", "MerchantApiFunction"), "live#*")
    assert found == {name: [kind] for name, kind in (live | {"ClockFunction": "forget#*"}).items()}


def test_authorizer_writes_no_more_than_when_a_key_was_used() -> None:
    (statement,) = (
        one
        for one in statements_of("AuthorizerFunction")
        if "dynamodb:UpdateItem" in as_list(one["Action"])
    )
    assert statement["Action"] == ["dynamodb:UpdateItem"]
    attributes = statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]
    assert attributes == ["pk", "sk", "used_at"]


# ── reserved executions ──────────────────────────────────────────────────────────────────────────

MOVE_BARRIERS = {
    "ClockFunction",
    "OrderChangedFunction",
    "ReconcileLockFunction",
    "LockReportedFunction",
    "DriverPageFunction",
    "InboundSmsFunction",
}
UNRESERVED_AT_LEAST = 100
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html"""


@pytest.mark.threat(9)
def test_new_account_deploys_because_nothing_is_reserved() -> None:
    deployed = Deployed()
    assert deployed.reserved() == {}
    assert sum(deployed.at_once().values()) - sum(
        number for name, number in deployed.at_once().items() if name in MOVE_BARRIERS
    ) <= 10 - len({"ClockFunction", "OrderChangedFunction", "ReconcileLockFunction"}), (
        "floods of texts and webhooks leave executions to barriers"
    )


@pytest.mark.threat(9)
def test_usual_account_reserves_executions_for_what_moves_barriers() -> None:
    deployed = Deployed(AccountConcurrency="1000")
    reserved = deployed.reserved()
    assert set(reserved) == MOVE_BARRIERS
    assert sum(reserved.values()) <= 1000 - UNRESERVED_AT_LEAST
    for name, number in deployed.at_once().items():
        assert number <= reserved.get(name, number), f"{name} would be throttled by itself"


def test_local_cloud_reserves_nothing() -> None:
    assert Deployed(LOCAL, Stage="local", AccountConcurrency="1000").reserved() == {}


# ── the API ──────────────────────────────────────────────────────────────────────────────────────

API = SOURCE["Resources"]["Api"]["Properties"]
KNOWN_TO_NAME_NO_LINK = {
    "requestId",
    "requestTime",
    "httpMethod",
    "resourcePath",
    "status",
    "responseLength",
    "responseLatency",
    "error.responseType",
    "authorizer.principalId",
    "wafResponseCode",
    "tlsVersion",
}


def test_access_log_names_neither_link_nor_address() -> None:
    log = Deployed().value(API["AccessLogSetting"])
    used = re.findall(r"\$context\.([\w.]+)", log["Format"])
    assert set(used) <= KNOWN_TO_NAME_NO_LINK
    assert json.loads(log["Format"]).keys() >= {"route", "status", "request_id"}
    assert "\n" not in log["Format"]
    assert Deployed(AccessLogs="off").value(API["AccessLogSetting"]) is None


def test_nothing_else_logs_paths() -> None:
    assert API["TracingEnabled"] is False
    for setting in API["MethodSettings"]:
        assert setting["LoggingLevel"] == "OFF"
        assert setting["DataTraceEnabled"] is False


@pytest.mark.threat(9)
def test_open_documents_have_a_throttle_of_their_own() -> None:
    throttled = {
        (one["ResourcePath"].replace("/~1", "/").replace("~1", "/"), one["HttpMethod"])
        for one in API["MethodSettings"]
        if one["ThrottlingRateLimit"] == {"Ref": "OpenCallsPerSecond"}
    }
    open_ones = {
        route.path
        for route in every_route()
        if not route.needs_key and not route.path.startswith("/v1/connect/")
    }
    assert throttled == {(path, method) for path in open_ones for method in ("GET", "ANY")}
    defaults = Deployed().values
    assert defaults["OpenCallsPerSecond"] <= defaults["CallsPerSecond"] / 10


def test_addresses_take_tls_from_1_2_on() -> None:
    policy = API["SecurityPolicy"]
    assert policy == "SecurityPolicy_TLS13_1_2_2021_06"
    (domain,) = of_type("AWS::ApiGateway::DomainName").values()
    assert domain["SecurityPolicy"] == policy


# ── the web ACL ──────────────────────────────────────────────────────────────────────────────────

ACL = NESTED["edge"]["WebAcl"]["Properties"]


def limits() -> dict[str, int]:
    parameters = plain(load(str(TEMPLATE.parent / "infra/edge.yaml")))["Parameters"]
    found = {}
    for rule in ACL["Rules"]:
        if "RateBasedStatement" in rule["Statement"]:
            limit = rule["Statement"]["RateBasedStatement"]["Limit"]
            is_parameter = isinstance(limit, dict)
            found[rule["Name"]] = parameters[limit["Ref"]]["Default"] if is_parameter else limit
    return found


@pytest.mark.threat(9)
def test_web_acl_limits_each_address_and_some_paths_more() -> None:
    found = limits()
    everywhere = found.pop("EveryAddress")
    assert set(found) == {"DriversActs", "DriversPage", "BookingSystems", "OpenDocuments"}
    assert max(found.values()) <= everywhere / 2
    assert all(
        rule["Statement"]["RateBasedStatement"]["AggregateKeyType"] == "IP"
        for rule in ACL["Rules"]
        if "RateBasedStatement" in rule["Statement"]
    )


@pytest.mark.threat(9)
@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("/live/d/AbC123", {"DriversPage"}),
        ("/d/AbC123/state", {"DriversPage"}),
        ("/live/v1/bookings/a/d/b", set()),
        ("/v1/connect/square", {"BookingSystems"}),
        ("/live/v1/docs", {"OpenDocuments"}),
        ("/v1/openapi.json", {"OpenDocuments"}),
        ("/live/v1/problems/busy", {"OpenDocuments"}),
        ("/live/v1/orders", set()),
    ],
)
def test_rules_of_paths_match_with_a_domain_and_without(path: str, rules: set[str]) -> None:
    matched = set()
    for rule in ACL["Rules"]:
        scope = rule["Statement"].get("RateBasedStatement", {}).get("ScopeDownStatement", {})
        if pattern := scope.get("RegexMatchStatement", {}).get("RegexString"):
            matched |= {rule["Name"]} if re.search(pattern, path) else set()
    assert matched == rules


@pytest.mark.threat(9)
def test_web_acl_refuses_nothing_for_its_language_or_length() -> None:
    groups = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]
        for rule in ACL["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert groups == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }
    assert "SizeConstraintStatement" not in json.dumps(ACL)


def test_web_acl_shows_and_logs_no_link_and_no_key() -> None:
    shown = [ACL["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in ACL["Rules"])]
    assert not any(one["SampledRequestsEnabled"] for one in shown)
    logging = NESTED["edge"]["WebAclLogging"]["Properties"]
    hidden = json.dumps(logging["RedactedFields"])
    for field in ("UriPath", "QueryString", "authorization", "referer"):
        assert field in hidden
    assert logging["LoggingFilter"]["DefaultBehavior"] == "DROP"


@pytest.mark.threat(9)
def test_web_acl_stands_before_the_stage_unless_it_is_switched_off() -> None:
    assert SOURCE["Resources"]["Edge"]["Condition"] == "HasWebAcl"
    assert Deployed().holds("HasWebAcl")
    assert not Deployed(WebAcl="off").holds("HasWebAcl")
    assert not Deployed(LOCAL, Stage="local").holds("HasWebAcl")
    association = NESTED["edge"]["WebAclAssociation"]["Properties"]
    assert association["ResourceArn"] == {"Ref": "StageArn"}
    arn = SOURCE["Resources"]["Edge"]["Properties"]["Parameters"]["StageArn"]["Fn::Sub"]
    assert arn.endswith("::/restapis/${Api}/stages/${Api.Stage}")


# ── the bill ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.threat(9)
def test_somebody_is_told_of_the_bill() -> None:
    budget = NESTED["observability"]["Budget"]["Properties"]
    assert budget["Budget"]["BudgetLimit"]["Amount"] == {"Ref": "MonthlyBudget"}
    kinds = set()
    for one in budget["NotificationsWithSubscribers"]:
        kinds.add(one["Notification"]["NotificationType"])
        assert one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": "OnDuty"}}]
    assert kinds == {"ACTUAL", "FORECASTED"}
    spent = NESTED["observability"]["SmsBudgetUsedUp"]["Properties"]
    assert spent["MetricName"] == "SMSMonthToDateSpentUSD"
    assert spent["Threshold"] == {"Ref": "MonthlySmsBudget"}


def test_every_counted_log_line_is_counted_by_an_alarm() -> None:
    counted = {
        one["MetricName"]
        for properties in of_type("AWS::Logs::MetricFilter").values()
        for one in properties["MetricTransformations"]
    }
    alarmed = {one["MetricName"] for one in of_type("AWS::CloudWatch::Alarm").values()}
    assert counted
    assert counted <= alarmed
