"""The edges of the deployed stack: headers, compression, throttles, numbers, logs and rights."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError
from tests.e2e.conftest import World, eventually
from tests.functions.test_security_headers import PUBLIC, check
from tests.unit.project.test_template_edge import Deployed

from reference.routes import every_route

pytestmark = [pytest.mark.e2e, pytest.mark.threat(11)]

NAMES = {"reference": "EDGE-1", "id": "ord_aaaaaaaaaaaa", "problem": "busy"}
UNKNOWN_KEY = "blk_live_" + "x" * 32
OTHER_NUMBER = "+12065550177"
A_SECOND, AT_ONCE = (Deployed().values[name] for name in ("OpenCallsPerSecond", "OpenCallsAtOnce"))
"""Calls of an open document, of all callers together."""


class Got(NamedTuple):
    """A response as it came over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(world: World, path: str, key: str | None = None, **how: Any) -> Got:
    """Call the API; header names with underscores for hyphens, `method` in place of GET."""
    api, method = urlsplit(world.seeded.stack.api), how.pop("method", "GET")
    headers = {name.replace("_", "-"): value for name, value in how.items()}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    connection = HTTPConnection(str(api.hostname), api.port, timeout=30)
    connection.request(method, api.path + path, headers=headers)
    response = connection.getresponse()
    sent = {name.title(): value for name, value in response.getheaders()}
    return Got(response.status, sent, response.read())


def checked(got: Got, *, public: bool = False) -> None:
    names = {"X-Xss-Protection": "X-XSS-Protection"}
    check({names.get(name, name): value for name, value in got.headers.items()}, public=public)


# ── headers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("route", every_route(), ids=lambda one: f"{one.method} {one.path}")
def test_every_route_sends_the_security_headers(world: World, route: Any) -> None:
    """With a valid key, with one that the authorizer refuses, and with none."""
    path = re.sub(r"{(\w+)}", lambda found: NAMES[found[1]], route.path)
    for key in (world.merchant().key, UNKNOWN_KEY, "nonsense", None):
        got = get(world, path, key, method=route.method)
        checked(got, public=route.path in PUBLIC)
        if route.needs_key and key != UNKNOWN_KEY and not (key or "").startswith("blk_"):
            assert got.status == 401


def test_gateway_sends_them_with_its_own_responses(world: World) -> None:
    assert get(world, "/v1/nothing").status == 404
    for path in ("/", "/v1/nothing", "/d", "/v1/bookings", "/v1/connect/other"):
        checked(get(world, path))


def test_drivers_page_sends_them_on_every_status(world: World) -> None:
    token = link_of(world).rpartition("/d/")[2]
    for path in (f"/d/{token}", f"/d/{token}/state", "/d/nobody", "/d/nobody/state"):
        for method in ("GET", "HEAD", "POST", "PUT", "OPTIONS"):
            checked(get(world, path, method=method))


# ── the open documents ───────────────────────────────────────────────────────────────────────────


@pytest.mark.threat(9)
@pytest.mark.parametrize("path", ["/v1/openapi.json", "/v1/docs"])
def test_open_documents_are_compressed_and_not_sent_twice(world: World, path: str) -> None:
    plain, packed = get(world, path), get(world, path, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 4
    assert len(packed.body) < 50_000
    again = get(world, path, Accept_Encoding="gzip", If_None_Match=packed.headers["Etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.threat(9)
def test_small_responses_are_sent_as_they_are(world: World) -> None:
    got = get(world, "/v1/nothing", Accept_Encoding="gzip")
    assert "Content-Encoding" not in got.headers
    assert json.loads(got.body)["status"] == 404


@pytest.mark.threat(9)
def test_flood_of_an_open_document_takes_nothing_from_bookings(world: World) -> None:
    key, began, sent = world.merchant().key, time.monotonic(), 0
    refused: list[Got] = []
    with ThreadPoolExecutor(8) as threads:
        while not refused and (sent < AT_ONCE or sent / (time.monotonic() - began) > A_SECOND):
            flood = [threads.submit(get, world, "/v1/problems/stale") for _ in range(100)]
            calls = [threads.submit(get, world, "/v1/merchant", key) for _ in range(5)]
            assert {one.result().status for one in calls} == {200}
            refused = [one.result() for one in flood if one.result().status == 429]
            sent += len(flood)
    # A machine that is slower than the throttle can't flood.
    for got in refused:
        assert json.loads(got.body)["type"] == "/v1/problems/too-many"
        checked(got)
    assert refused or sent <= AT_ONCE + A_SECOND * (time.monotonic() - began)


# ── texts to other numbers ───────────────────────────────────────────────────────────────────────


def test_text_to_another_number_of_the_account_does_nothing(world: World) -> None:
    merchant, phone = world.merchant(), world.phone()
    before = world.inbox(merchant.phone)
    when = "23:45"
    world.deployment.client("sns").publish(
        TopicArn=world.deployment.outputs["InboundTopic"],
        Message=json.dumps(
            {
                "originationNumber": merchant.phone,
                "destinationNumber": OTHER_NUMBER,
                "messageKeyword": "PARK",
                "messageBody": f"PARK {when} {phone} ref:EDGE-OTHER",
                "inboundMessageId": f"edge-{merchant.ref}-{phone}",
                "previousPublishedMessageId": "",
            }
        ),
    )
    world.settle()
    assert world.order(merchant, "EDGE-OTHER") is None
    assert world.inbox(merchant.phone) == before
    assert world.inbox(phone) == []
    assert any("sent to another number" in line for line in world.logged("inbound-sms"))


# ── logs ─────────────────────────────────────────────────────────────────────────────────────────


def test_no_log_names_a_link(world: World) -> None:
    token = link_of(world).rpartition("/d/")[2]
    for path in (f"/d/{token}", f"/d/{token}/state", f"/d/{token}/other", f"/v1/docs?d={token}"):
        for method in ("GET", "POST", "PUT"):
            get(world, path, method=method, Referer=f"https://park.example/d/{token}")
    eventually(lambda: world.logged("driver-page"), "the page's log")
    assert not [line for line in world.logged() if token in line]


def link_of(world: World) -> str:
    """Book, and return the link in the driver's text."""
    merchant, phone = world.merchant(), world.phone()
    assert world.book(merchant, f"EDGE-{phone[-4:]}", phone).status == 201
    found = eventually(
        lambda: re.search(r"http\S+/d/\S+", " ".join(world.inbox(phone))), "the link"
    )
    return found[0]


# ── rights ───────────────────────────────────────────────────────────────────────────────────────


class Access(NamedTuple):
    """A call on a table's item, by the table's output and the item's partition key."""

    function: str
    call: str
    table: str
    pk: str
    changes: str = ""
    allowed: bool = False

    def __str__(self) -> str:
        verb = "may" if self.allowed else "may not"
        return f"{self.function} {verb} {self.call} {self.pk} {self.changes}".strip()


ACCESS = [
    Access("DriverPage", "get_item", "TextsTable", "link#x", allowed=True),
    Access("DriverPage", "get_item", "TextsTable", "number#+14255550123"),
    Access("DriverPage", "get_item", "TextsTable", "message#x"),
    Access("DriverPage", "get_item", "VenueTable", "mall#x", allowed=True),
    Access("DriverPage", "get_item", "VenueTable", "key#x"),
    Access("Connect", "put_item", "TextsTable", "message#x", allowed=True),
    Access("Connect", "put_item", "TextsTable", "link#x"),
    Access("Connect", "put_item", "TextsTable", "number#+14255550123"),
    Access("Connect", "put_item", "TextsTable", "merchant#a/b"),
    Access("Connect", "get_item", "VenueTable", "phone#+14255550123"),
    Access("Authorizer", "get_item", "VenueTable", "key#x", allowed=True),
    Access("Authorizer", "get_item", "VenueTable", "mall#x"),
    Access("Authorizer", "update_item", "VenueTable", "key#x", "used_at", allowed=True),
    Access("Authorizer", "update_item", "VenueTable", "key#x", "scopes"),
    Access("Authorizer", "update_item", "VenueTable", "key#x", "merchant"),
    Access("Authorizer", "update_item", "VenueTable", "mall#x", "used_at"),
    Access("MerchantApi", "put_item", "TextsTable", "link#x", allowed=True),
    Access("MerchantApi", "put_item", "TextsTable", "message#x"),
    Access("MerchantApi", "query", "TextsTable", "number#+14255550123"),
    Access("MerchantApi", "get_item", "VenueTable", "key#x"),
    Access("InboundSms", "get_item", "VenueTable", "phone#x", allowed=True),
    Access("InboundSms", "get_item", "VenueTable", "key#x"),
    Access("InboundSms", "put_item", "TextsTable", "number#x", allowed=True),
    Access("InboundSms", "put_item", "TextsTable", "link#x"),
    Access("SendText", "get_item", "TextsTable", "message#x", allowed=True),
    Access("SendText", "get_item", "TextsTable", "link#x"),
    Access("SendText", "delete_item", "TextsTable", "number#x"),
    Access("ReconcileLock", "get_item", "VenueTable", "key#x"),
    Access("DeliveryReported", "query", "TextsTable", "number#x", allowed=True),
    Access("DeliveryReported", "get_item", "TextsTable", "upgrade#phones", allowed=True),
    Access("DeliveryReported", "query", "TextsTable", "message#x"),
]


@pytest.fixture(scope="module")
def sessions(world: World) -> Iterator[Mapping[str, Any]]:
    """A client of DynamoDB for each function, with the rights of its role and no others."""
    iam, made = world.deployment.client("iam"), {}
    stack = world.seeded.stack
    for name in sorted({one.function for one in ACCESS}):
        function = world.deployment.client("lambda").get_function(FunctionName=world.function(name))
        role = function["Configuration"]["Role"].rpartition("/")[2]
        iam.create_user(UserName=f"as-{name}")
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            iam.put_user_policy(
                UserName=f"as-{name}", PolicyName=policy, PolicyDocument=json.dumps(document)
            )
        keys = iam.create_access_key(UserName=f"as-{name}")["AccessKey"]
        made[name] = boto3.session.Session(
            keys["AccessKeyId"], keys["SecretAccessKey"], region_name=stack.region
        ).client("dynamodb", endpoint_url=stack.endpoint)
    yield made
    for name in made:
        user = {"UserName": f"as-{name}"}
        for key in iam.list_access_keys(**user)["AccessKeyMetadata"]:
            iam.delete_access_key(**user, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(**user)["PolicyNames"]:
            iam.delete_user_policy(**user, PolicyName=policy)
        iam.delete_user(**user)


@pytest.mark.parametrize("access", ACCESS, ids=str)
def test_function_reaches_only_the_items_that_it_needs(
    world: World, sessions: Mapping[str, Any], access: Access
) -> None:
    key = {"pk": {"S": access.pk}, "sk": {"S": "edge"}}
    how: dict[str, Any] = {"Key": key}
    if access.call == "put_item":
        how = {"Item": key}
    elif access.call == "query":
        how = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": access.pk}},
        }
    elif access.call == "update_item":
        # The condition never holds: nothing is written, and the right is looked at before.
        how |= {
            "UpdateExpression": f"SET {access.changes} = :new",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {":new": {"N": "1"}},
        }
    table = world.deployment.outputs[access.table]
    code = ""
    try:
        getattr(sessions[access.function], access.call)(TableName=table, **how)
    except ClientError as error:
        code = error.response["Error"]["Code"]
    finally:
        world.deployment.client("dynamodb").delete_item(TableName=table, Key=key)
    assert (code != "AccessDeniedException") == access.allowed, code
