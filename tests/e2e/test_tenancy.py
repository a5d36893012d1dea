"""Keys on every route of the document: nobody reaches or discovers another merchant's things.

The keys: none, a wrong one, a revoked one, one without the scope, another merchant's, a test key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.e2e.conftest import World, tomorrow

from baylock.domain.access.scope import DEFAULT_SCOPES
from baylock.domain.orders.order import Order
from baylock.domain.venue.mall import MerchantId, MerchantRef
from deployment import now
from deployment.api import MerchantApi, Response
from local_cloud import Merchant
from reference.openapi import document

pytestmark = pytest.mark.e2e

OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, of_path in document()["paths"].items()
    for method, operation in of_path.items()
}
WITH_A_KEY = [name for name, one in OPERATIONS.items() if one.get("security") != []]
WITH_A_SCOPE = [name for name in WITH_A_KEY if OPERATIONS[name].get("security")]
OPEN = [name for name in OPERATIONS if name not in WITH_A_KEY]


def named(name: str) -> bool:
    """Tell whether a call names something that belongs to a merchant."""
    return bool(
        {"reference", "order"} & {parameter["name"] for parameter in OPERATIONS[name]["parameters"]}
    )


@dataclass(frozen=True)
class Scene:
    """A merchant with a booking, and another who tries to see it."""

    world: World
    owner: Merchant
    other: Merchant
    reference: str
    order: str
    plate: str

    def call(
        self, name: str, key: str | None, *, method: str | None = None, **parts: str
    ) -> Response:
        """Call an operation as its example in the document does, with the owner's reference and
        order; `method` in place of its own."""
        own, _, path = name.partition(" ")
        operation = OPERATIONS[name]
        values = {"reference": self.reference, "order": self.order, **parts}
        query = {}
        for parameter in operation["parameters"]:
            if parameter["in"] == "path":
                value = values.get(parameter["name"], parameter.get("example", "x"))
                path = path.replace("{" + parameter["name"] + "}", value)
            elif parameter["in"] == "query" and parameter["required"]:
                query[parameter["name"]] = _sensible(parameter["name"], parameter["example"])
        content = operation.get("requestBody", {}).get("content", {})
        body = next((media_type["example"] for media_type in content.values()), None)
        if isinstance(body, dict):
            body = {field: _sensible(field, value) for field, value in body.items()}
        if query:
            path += "?" + urlencode(query)
        return MerchantApi(self.world.seeded.stack.api, key).call(method or own, path, body)

    def stored(self) -> Order | None:
        """Return the owner's stored order."""
        return self.world.order(self.owner, self.reference)

    def key(self, merchant: Merchant, **how: Any) -> str:
        """Make another key of a merchant."""
        return self.world.deployment.mint_key(self.who(merchant), **how).secret

    def who(self, merchant: Merchant) -> MerchantId:
        return MerchantId(self.world.seeded.mall.ref, MerchantRef(merchant.ref))


def _sensible(field: str, example: Any) -> Any:
    """Replace times, which pass, and needs, which few spaces of the example mall offer."""
    match field:
        case "service_time":
            return tomorrow(hour=7).isoformat()
        case "parking":
            return {**example, "needs": []}
        case _:
            return example


@pytest.fixture(scope="module")
def scene(seeded: Any, numbers: Iterator[int]) -> Scene:
    world = World(seeded, numbers)
    owner, other = world.merchant(), world.merchant()
    reference, plate = "SECRET-29", "TELL-NOBODY"
    booked = world.book(
        owner,
        reference,
        world.phone(),
        service_time=tomorrow(hour=7).isoformat(),
        parking={"needed": True, "plate": plate},
    )
    assert booked.status == 201
    return Scene(world, owner, other, reference, booked.body["order"]["id"], plate)


def revoked(scene: Scene) -> str:
    key = scene.key(scene.owner)
    merchant_keys = scene.world.deployment.merchant_keys
    stored = merchant_keys.key(hashlib.sha256(key.encode()).hexdigest())
    assert stored is not None
    merchant_keys.save_key(replace(stored, revoked_at=now()))
    return key


NO_KEYS: Mapping[str, Callable[[Scene], str | None]] = {
    "no key": lambda _: None,
    "not a key": lambda _: "hunter2",
    "a wrong key": lambda scene: scene.owner.key.swapcase().replace("BLK_LIVE_", "blk_live_"),
    "a revoked key": revoked,
}


@pytest.mark.parametrize("name", WITH_A_KEY)
@pytest.mark.parametrize("case", NO_KEYS)
def test_fault_29_every_route_refuses_an_invalid_key_alike(
    scene: Scene, name: str, case: str
) -> None:
    key = NO_KEYS[case](scene)
    before = scene.stored()
    existing = scene.call(name, key)
    assert (existing.status, existing.body["type"]) == (401, "/v1/problems/unauthorized")
    assert existing.headers["WWW-Authenticate"] == "Bearer"
    if named(name):
        not_there = scene.call(name, key, reference="NOTHING-29", order="ord_aaaaaaaaaaaa")
        assert _less_ids(existing) == _less_ids(not_there)
    assert scene.stored() == before


@pytest.mark.parametrize("name", WITH_A_SCOPE)
def test_key_without_the_scope_learns_the_scope_and_nothing_else(scene: Scene, name: str) -> None:
    ((scope,),) = (one["key"] for one in OPERATIONS[name]["security"])
    key = scene.key(scene.owner, scopes=DEFAULT_SCOPES - {scope})
    before = scene.stored()
    existing = scene.call(name, key)
    assert (existing.status, existing.body["type"]) == (403, "/v1/problems/missing-scope")
    assert existing.body["scope"] == scope
    if named(name):
        not_there = scene.call(name, key, reference="NOTHING-29", order="ord_aaaaaaaaaaaa")
        assert _less_ids(existing) == _less_ids(not_there)
    assert scene.stored() == before


@pytest.mark.parametrize("name", WITH_A_KEY)
@pytest.mark.parametrize("kind", ["another merchant's", "a test key"])
def test_fault_29_another_key_sees_and_changes_nothing_of_the_owners(
    scene: Scene, name: str, kind: str
) -> None:
    """Calls that name something get the response for what does not exist; the rest is the
    caller's."""
    # Another merchant makes the booking of the same name, so that `other` does not find it.
    other = scene.world.merchant() if name.startswith("PUT ") else scene.other
    key = scene.key(scene.owner, test=True) if kind == "a test key" else scene.key(other)
    if kind == "a test key" and _is_let_in(scene, key):
        pytest.skip("this test key uses its merchant's real mall")
    before = scene.stored()
    answer = scene.call(name, key)
    if named(name) and not name.startswith("PUT "):
        not_there = scene.call(name, key, reference="NOTHING-29", order="ord_aaaaaaaaaaaa")
        assert answer.status == not_there.status
        assert answer.status in {403, 404}
        assert _less_ids(answer) == _less_ids(not_there)
    content = json.dumps(answer.body, ensure_ascii=False)
    assert scene.order not in content
    assert scene.plate not in content
    assert scene.stored() == before


def _is_let_in(scene: Scene, key: str) -> bool:
    """Tell whether a test key uses its merchant's real mall."""
    seen = MerchantApi(scene.world.seeded.stack.api, key).call("GET", "/v1/merchant")
    return bool(seen.status == 200 and seen.body["mall"]["ref"] == scene.world.seeded.mall.ref)


@pytest.mark.parametrize("name", OPEN)
def test_open_route_responds_alike_to_everybody(scene: Scene, name: str) -> None:
    first = scene.call(name, None)
    assert first.status != 403
    assert scene.order not in str(first.body)
    for key in (scene.owner.key, "hunter2"):
        again = scene.call(name, key)
        assert (again.status, _less_ids(again)) == (first.status, _less_ids(first))


def test_matrix_covers_the_deployed_api(scene: Scene) -> None:
    api = scene.world.deployment.client("apigateway")
    resources = api.get_resources(restApiId=scene.world.deployment.outputs["ApiId"], limit=500)[
        "items"
    ]
    deployed = {
        f"{method} {resource['path'].replace('+}', '}')}"
        for resource in resources
        for method in resource.get("resourceMethods", {})
        if resource["path"].startswith("/v1/")
    }
    others = {f"ANY {name.partition(' ')[2]}" for name in OPERATIONS}
    assert deployed == set(OPERATIONS) | others


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
PATHS = sorted({name.partition(" ")[2] for name in OPERATIONS})


@pytest.mark.parametrize("path", PATHS)
def test_method_that_a_path_does_not_have(scene: Scene, path: str) -> None:
    """The response names those that it has; where a key is needed, it still comes first."""
    theirs = {name.partition(" ")[0] for name in OPERATIONS if name.partition(" ")[2] == path}
    name = next(name for name in OPERATIONS if name.partition(" ")[2] == path)
    theirs |= {"HEAD"} if "GET" in theirs else set()
    before = scene.stored()
    for method in sorted({*METHODS, "OPTIONS"} - theirs):
        answer = scene.call(name, scene.owner.key, method=method)
        assert set(answer.headers["Allow"].split(", ")) == {*theirs, "OPTIONS"}
        assert answer.status == (204 if method == "OPTIONS" else 405)
        assert not [header for header in answer.headers if header.startswith("Access-Control")]
        if method not in {"HEAD", "OPTIONS"}:
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.body["type"] == "/v1/problems/method-not-allowed"
        without = scene.call(name, None, method=method)
        assert without.status == (401 if name in WITH_A_KEY else answer.status)
    assert scene.stored() == before


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name.startswith("GET ")])
@pytest.mark.parametrize("with_key", [True, False])
def test_head_is_answered_as_get_is_without_the_body(
    scene: Scene, name: str, with_key: bool
) -> None:
    key = scene.owner.key if with_key else None
    got = scene.call(name, key)
    head = scene.call(name, key, method="HEAD")
    assert (head.status, head.body) == (got.status, None)
    assert head.headers["Content-Type"] == got.headers["Content-Type"]
    assert head.headers["ETag"] == got.headers["ETag"]


def _less_ids(answer: Response) -> Any:
    if isinstance(answer.body, dict):
        return {name: value for name, value in answer.body.items() if name != "request_id"}
    return answer.body
