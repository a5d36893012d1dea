"""A test key, and every number of docs/sandbox.md, through the deployed stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.e2e.conftest import World, eventually, soon, tomorrow

from baylock.domain.errors import Unreachable
from baylock.domain.locks.lock import Fault
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import State
from baylock.domain.sandbox.sandbox import OUTCOMES, SandboxOutcome
from baylock.domain.venue.mall import MerchantId, MerchantRef
from baylock.domain.venue.sandbox_ref import sandbox_of
from deployment.api import MerchantApi, Response
from local_cloud import Merchant
from local_cloud.seed import ON_A_LAPTOP

pytestmark = pytest.mark.e2e

PHONES = {outcome: phone for phone, outcome in OUTCOMES.items()}
ANYBODY = "+14255550100"


@dataclass
class Integrator:
    """A developer with a merchant's test key, and nothing else."""

    world: World
    merchant: Merchant
    api: MerchantApi

    @property
    def lives_as(self) -> MerchantId:
        return MerchantId(self.world.seeded.mall.ref, MerchantRef(self.merchant.ref))

    def book(self, reference: str, phone: str = ANYBODY, **booking: Any) -> Response:
        return self.api.put_booking(
            reference,
            {
                "service_time": soon().isoformat(),
                "customer": {"phone": phone},
                "parking": {"needed": True},
                **booking,
            },
        )

    def forced(self, outcome: SandboxOutcome, **booking: Any) -> str:
        """Book with the phone that forces an outcome, and return the reference."""
        reference = f"SAND-{outcome}"
        answer = self.book(reference, PHONES[outcome], **booking)
        assert answer.status == 201, answer.body
        assert answer.body["order"]["state"] == "reserved"
        return reference

    def state(self, reference: str) -> str:
        state: str = self.api.booking(reference).body["order"]["state"]
        return state

    def becomes(self, reference: str, state: State) -> None:
        """Wait for a state, seen through the API only."""
        eventually(lambda: self.state(reference) == state, f"{reference} to be {state}")

    def order(self, reference: str) -> Order:
        order = self.world.deployment.find_booking(sandbox_of(self.lives_as), reference)
        assert isinstance(order, Order)
        return order

    def jams(self, reference: str) -> Order:
        """Wait until the order's lock has jammed, and return the order."""
        order = self.order(reference)

        def jammed() -> bool:
            lock = self.world.deployment.locks.find(order.claim.thing)
            assert lock
            return lock.report is not None and lock.report.fault is Fault.JAMMED

        eventually(jammed, f"the lock of {reference} to jam")
        return order

    def time_is_up(self, order: Order) -> None:
        """Advance the order past the time in which the lock must confirm."""
        assert order.access.asked_at
        earlier = order.access.asked_at - CONFIRM_WITHIN - timedelta(seconds=1)
        access = replace(order.access, asked_at=earlier)
        asked = replace(order, version=order.version + 1, access=access)
        self.world.deployment.orders.change(order, asked)
        self.world.clock()


@pytest.fixture(scope="module")
def keys() -> dict[str, str]:
    """The test keys of this module, by merchant."""
    return {}


@pytest.fixture
def integrator(world: World, keys: dict[str, str]) -> Iterator[Integrator]:
    merchant = world.seeded.stack.merchants[0]
    who = MerchantId(world.seeded.mall.ref, MerchantRef(merchant.ref))
    if merchant.ref not in keys:
        world.deployment.make_sandbox(who)
        keys[merchant.ref] = world.deployment.mint_key(who, test=True, limits=ON_A_LAPTOP).secret
    yield Integrator(world, merchant, MerchantApi(world.seeded.stack.api, keys[merchant.ref]))
    for phone in (ANYBODY, *OUTCOMES):
        assert world.inbox(phone) == []


def test_test_key_shows_its_sandboxs_merchant(integrator: Integrator) -> None:
    shown = integrator.api.call("GET", "/v1/merchant").body
    assert shown["name"] == integrator.merchant.name
    assert integrator.merchant.ref in str(shown)
    assert integrator.world.seeded.mall.ref not in shown["mall"].values()


def test_order_is_held_by_a_simulated_lock(integrator: Integrator) -> None:
    assert integrator.book("SAND-1").status == 201
    integrator.becomes("SAND-1", State.HELD)
    assert integrator.api.call("DELETE", "/v1/bookings/SAND-1").status == 200
    assert integrator.state("SAND-1") == "cancelled"


def test_full_number_gets_no_space(integrator: Integrator) -> None:
    answer = integrator.book("SAND-FULL", PHONES[SandboxOutcome.FULL])
    assert answer.status == 409
    assert answer.body["type"].endswith("no-space")
    assert answer.body["next_free"]


def test_moved_number_gets_another_space(integrator: Integrator) -> None:
    reference = integrator.forced(SandboxOutcome.MOVED)
    before = integrator.jams(reference)
    integrator.time_is_up(before)
    integrator.becomes(reference, State.HELD)
    after = integrator.order(reference)
    assert (after.promise.moves, after.claim.space == before.claim.space) == (1, False)

    def mended() -> bool:
        lock = integrator.world.deployment.locks.find(before.claim.thing)
        return lock is not None and lock.is_usable

    eventually(mended, "the lock to be mended")


def test_failed_number_makes_the_order_fail(integrator: Integrator) -> None:
    reference = integrator.forced(SandboxOutcome.FAILED)
    integrator.time_is_up(integrator.jams(reference))
    integrator.becomes(reference, State.FAILED)


def test_unreachable_number_refuses_texts(integrator: Integrator) -> None:
    reference = integrator.forced(SandboxOutcome.UNREACHABLE)
    integrator.becomes(reference, State.HELD)
    eventually(
        lambda: integrator.order(reference).notes.unreachable is Unreachable.REFUSED, "the refusal"
    )


def test_completed_number_comes_and_leaves(integrator: Integrator) -> None:
    reference = integrator.forced(SandboxOutcome.COMPLETED)
    integrator.becomes(reference, State.COMPLETED)
    order = integrator.order(reference)
    assert order.access.held_at
    assert order.access.arrived_at
    assert integrator.world.holders(order) == 0


def test_no_show_number_does_not_come(integrator: Integrator) -> None:
    this_minute = datetime.now(UTC).replace(second=0, microsecond=0)
    reference = integrator.forced(SandboxOutcome.NO_SHOW, service_time=this_minute.isoformat())
    integrator.becomes(reference, State.HELD)
    integrator.world.clock()
    integrator.becomes(reference, State.NO_SHOW)


def test_texts_are_shown_by_the_api(integrator: Integrator) -> None:
    booked = integrator.book("SAND-2", service_time=tomorrow().isoformat())
    path = f"/v1/orders/{booked.body['order']['id']}"
    text, *_ = eventually(lambda: integrator.api.call("GET", path).body["texts"], "the text")
    assert text["to"] == ANYBODY
    assert booked.body["order"]["space"] in text["text"]


def test_fault_29_test_and_live_see_nothing_of_each_other(integrator: Integrator) -> None:
    world, merchant = integrator.world, integrator.merchant
    live = world.api(merchant)
    when = {"service_time": tomorrow().isoformat()}
    assert world.book(merchant, "SAND-BOTH", world.phone(), **when).status == 201
    real = world.order(merchant, "SAND-BOTH")
    assert real
    assert integrator.api.booking("SAND-BOTH").status == 404
    assert integrator.api.call("GET", f"/v1/orders/{real.id}").status == 404
    assert integrator.api.call("DELETE", "/v1/bookings/SAND-BOTH").status == 404
    assert integrator.book("SAND-BOTH", **when).status == 201
    tried = integrator.order("SAND-BOTH")
    assert live.call("GET", f"/v1/orders/{tried.id}").status == 404
    seen = [order["id"] for order in live.call("GET", "/v1/orders").body["orders"]]
    assert real.id in seen
    assert tried.id not in seen
    assert integrator.api.call("DELETE", "/v1/bookings/SAND-BOTH").status == 200
    still = world.order(merchant, "SAND-BOTH")
    assert still
    assert still.is_live
