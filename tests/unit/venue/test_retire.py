"""A merchant that moves out leaves nothing that acts for the next one at its ref."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.fakes.mall import NOODLES
from tests.fakes.venues import FakePlans
from tests.fakes.world import World

from baylock.domain.connect.connection import Questions, System
from baylock.domain.errors import Busy, NoSuchKey, NotAMerchant
from baylock.domain.orders.change import Change
from baylock.domain.orders.state import Reason, State
from baylock.domain.texting.signature import text_key
from baylock.domain.venue.mall import Merchant, MerchantId, MerchantSupplement, Tenancy
from baylock.domain.venue.sandbox_ref import sandbox_of
from baylock.domain.venue.tenancy import RefHistory, Tenants
from baylock.domain.webhooks.webhook import AttemptOutcome, DeliveryState, Salt, secret_of
from baylock.usecases.access.authenticate_key import AuthenticateKey
from baylock.usecases.access.mint_key import MintKey
from baylock.usecases.connect.add_connection import AddConnection
from baylock.usecases.reports.read_orders import ReadOrders
from baylock.usecases.reports.read_report import ReadReport
from baylock.usecases.texting.change_text_key import ChangeTextKey
from baylock.usecases.venue.end_credentials import EndCredentials
from baylock.usecases.venue.list_credentials import ListCredentials
from baylock.usecases.venue.retire_merchant import RetireMerchant

pytestmark = pytest.mark.threat(7)

HOOK = "https://noodles.example.com/hook"


class Lease(World):
    """A world whose noodle shop has everything that a merchant can have."""

    def __init__(self) -> None:
        super().__init__()
        self.key = self.mint()
        self.webhook_client.answers[HOOK] = (AttemptOutcome.REFUSED, 500)
        self.test_key = MintKey(self.merchant_keys, self.clock)(NOODLES, test=True).secret
        self.set_webhook(NOODLES, HOOK)
        add = AddConnection(self.connections, "https://api.example.com", self.clock)
        self.connection = add(System.CALCOM, NOODLES, Questions("Car?"))
        self.trial = add(System.CALCOM, sandbox_of(NOODLES), Questions("Car?"))
        change = ChangeTextKey(self.signatures, self.clock)
        change(NOODLES, rotate=True, end_older=False, demand=True)
        self.venues.save_supplement(
            NOODLES.mall, MerchantSupplement(NOODLES.merchant, phone="+12065550177")
        )
        self.phone = self.venues.merchant(NOODLES).phone or ""
        assert self.phone

    def mint(self) -> str:
        return MintKey(self.merchant_keys, self.clock)(self.present()).secret

    def present(self) -> MerchantId:
        return self.venues.merchant_at(NOODLES.mall, NOODLES.merchant).id_in(NOODLES.mall)

    def credentials(self) -> ListCredentials:
        return ListCredentials(self.merchant_keys, self.webhooks, self.connections, self.signatures)

    def retire(self, **ports: Any) -> RetireMerchant:
        listed = replace(
            self.credentials(),
            **{name: port for name, port in ports.items() if name not in {"venues", "plans"}},
        )
        return RetireMerchant(
            ports.get("venues", self.venues),
            ports.get("plans", FakePlans()),
            self.orders,
            EndCredentials(listed, self.clock),
            self.clock,
        )

    def retired(self) -> None:
        self.clock.forward(seconds=1)
        self.retire()(self.venues.mall(NOODLES.mall), NOODLES.merchant)

    def authenticate(self, key: str) -> MerchantId:
        return AuthenticateKey(self.merchant_keys, self.clock)(key).key.acts_as


@pytest.fixture
def world() -> Lease:
    return Lease()


def assert_nothing_acts(world: Lease) -> None:
    for key in (world.key, world.test_key):
        with pytest.raises(NoSuchKey):
            world.authenticate(key)
    assert world.venues.merchant_with_phone(world.phone) is None
    assert world.venues.merchant_with_phone("+12065550177") is None
    for connection in (world.connection, world.trial):
        assert world.connections.find(connection.id) is None
    for who in (NOODLES, sandbox_of(NOODLES), world.present()):
        assert world.webhooks.endpoint(who) is None
    assert not world.credentials()(NOODLES)
    assert not world.credentials()(world.present())
    assert world.venues.supplements(NOODLES.mall) == []
    with pytest.raises(NotAMerchant):
        world.venues.merchant(NOODLES)


def test_nothing_of_a_merchant_that_has_moved_out_acts(world: Lease) -> None:
    world.retired()
    assert_nothing_acts(world)
    history = world.venues.ref_histories(NOODLES.mall)[NOODLES.merchant]
    assert history.leaving == frozenset()
    assert world.present() != NOODLES


def test_successor_has_keys_secrets_and_a_sandbox_of_its_own(world: Lease) -> None:
    world.retired()
    now = world.present()
    key = world.mint()
    assert world.authenticate(key) == now
    assert text_key(now, 1, b"k") != text_key(NOODLES, 1, b"k")
    assert secret_of(b"k", now, Salt("s")) != secret_of(b"k", NOODLES, Salt("s"))
    assert sandbox_of(now) != sandbox_of(NOODLES)
    assert world.signatures.text_key(now).demanded is False


def test_retiring_is_the_same_when_it_fails_anywhere_and_is_repeated() -> None:
    """The successor's keys survive the repeat, and nothing of the former one does."""
    for calls in range(1, 60):
        world = Lease()
        left = [calls]

        def failing(port: Any, left: list[int] = left) -> Any:
            return Failing(port, left)

        retire = world.retire(
            venues=failing(world.venues),
            merchant_keys=failing(world.merchant_keys),
            webhooks=failing(world.webhooks),
            connections=failing(world.connections),
            signatures=failing(world.signatures),
        )
        world.clock.forward(seconds=1)
        try:
            retire(world.venues.mall(NOODLES.mall), NOODLES.merchant)
        except Busy:
            has_moved_out = NOODLES.merchant in world.venues.ref_histories(NOODLES.mall)
            if has_moved_out:
                # Before a single key is revoked.
                with pytest.raises(NoSuchKey):
                    world.authenticate(world.key)
            world.retired()
            tenancy = world.venues.ref_histories(NOODLES.mall)[NOODLES.merchant].tenancy
            assert world.present().tenancy == tenancy
            assert_nothing_acts(world)
        else:
            assert calls > 15
            return
    raise AssertionError("it never came to its end")


class Failing:
    """A port whose calls fail once so many were made, of all that share the count."""

    def __init__(self, port: Any, left: list[int]) -> None:
        self._port, self._left = port, left

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **how: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0:
                raise Busy
            return found(*args, **how)

        return call


def test_a_repeat_after_success_leaves_the_successor_its_keys(world: Lease) -> None:
    world.retired()
    key = world.mint()
    world.clock.forward(seconds=1)
    leaving = world.retire().look(world.venues.mall(NOODLES.mall), NOODLES.merchant)
    assert leaving is not None
    assert not leaving.unfinished
    assert world.authenticate(key) == world.present()


def test_live_order_is_kept_and_its_driver_served_and_the_successor_does_not_see_it(
    world: Lease,
) -> None:
    order = world.book("TBL-1")
    name = world.venues.merchant(NOODLES).name
    world.retired()
    kept = world.order(order)
    assert kept.state is State.RESERVED
    assert kept.booking.merchant == NOODLES
    then = world.venues.merchant_then(NOODLES)
    assert (then.name, then.phone) == (name, None)
    assert world.show_stay(kept).merchant.name == name
    reads = ReadOrders(world.venues, world.orders)
    assert reads.of_merchant(world.present()) == []
    assert [one.id for one in reads.of_merchant(NOODLES)] == [order.id]
    # Operators see it, apart from the successor's.
    report = ReadReport(world.venues, world.orders, world.clock)(
        world.mall, None, (world.clock.now + timedelta(days=1)).date(), (), lambda *_: None
    )
    assert {entry.merchant.merchant for entry in report.entries} == {f"{NOODLES.merchant} (left)"}


def test_order_of_a_merchant_that_has_left_still_moves_to_another_space(world: Lease) -> None:
    order = world.book("TBL-1")
    world.retired()
    moved = world.move(world.order(order), Reason.LOCK_UNUSABLE)
    assert moved.state is State.RESERVED
    assert moved.claim.space != order.claim.space


def test_same_reference_is_another_booking_for_the_successor(world: Lease) -> None:
    first = world.book("TBL-1")
    world.retired()
    now = world.present()
    second = world.place(replace(first.booking, merchant=now)).record
    assert second.id != first.id
    with pytest.raises(NotAMerchant):
        world.place(replace(first.booking, merchant=NOODLES, reference=first.booking.reference))


def test_waiting_deliveries_are_given_up(world: Lease) -> None:
    order = world.book("TBL-1")
    world.publish_change(Change(None, order))
    for one in world.webhooks.deliveries(NOODLES):
        assert "refused" in world.deliver(NOODLES, one.id)
    assert any(one.is_waiting for one in world.webhooks.deliveries(NOODLES))
    world.retired()
    found = world.webhooks.deliveries(NOODLES)
    assert {one.state for one in found} == {DeliveryState.FAILED}
    for one in found:
        assert world.deliver(NOODLES, one.id) == "over already"


def test_text_of_the_former_phone_is_that_of_a_stranger(world: Lease) -> None:
    world.retired()
    told = world.text(world.phone, "PARK tomorrow 18:30 4255550123")
    assert told == "ignored: unknown sender"


# ── what a plan says ─────────────────────────────────────────────────────────────────────────────


def tenants(
    before: dict[str, str], history: dict[str, RefHistory] | None = None, *, complete: bool = True
) -> Tenants:
    """Tenants of refs by name; the phone of each is its name, so that names tell them apart."""
    known = {ref: merchant(ref, name) for ref, name in before.items()}
    return Tenants(
        known,  # type: ignore[arg-type]  # refs are text
        history or {},  # type: ignore[arg-type]
        complete,
        lambda ref: Tenancy(f"new-{ref}"),
    )


def merchant(ref: str, name: str, phone: str | None = None) -> Merchant:
    return Merchant(ref, name, phone=phone)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("was", "now", "asks"),
    [
        ("Noodle House", "Noodle House", False),
        ("Noodle House", "NOODLE-HOUSE ", False),
        ("Café Zoé", "Cafe Zoe", False),
        ("Noodle House", "Tea Shop", True),
        ("Noodle House", None, True),
        ("拉面馆", "茶馆", True),
        ("***", "!!!", True),
    ],
)
def test_plan_that_names_a_ref_otherwise_is_asked_about(
    was: str, now: str | None, asks: bool
) -> None:
    after = [] if now is None else [merchant("M1", now)]
    assert bool(tenants({"M1": was}).changes(after)) == asks


def test_same_phone_is_the_same_shop() -> None:
    known = Tenants(
        {"M1": merchant("M1", "Noodle House", "+1")},  # type: ignore[dict-item]
        {},
        True,
        lambda _: Tenancy("x"),
    )
    assert known.changes([merchant("M1", "Noodles & More", "+1")]) == []
    assert len(known.changes([merchant("M1", "Noodles & More", "+2")])) == 1


def test_ref_that_was_left_is_asked_about_when_another_comes_there() -> None:
    left = {"M1": RefHistory("M1", Tenancy("t"), "Noodle House", None)}  # type: ignore[arg-type]
    known = tenants({}, left)
    assert known.changes([merchant("M1", "Noodle House")]) == []
    assert len(known.changes([merchant("M1", "Tea Shop")])) == 1
    assert known.tenancy_of("M1") == "t"  # type: ignore[arg-type]


def test_nobody_is_asked_twice_about_a_merchant_that_has_moved_out(world: Lease) -> None:
    gone = RefHistory("M1", Tenancy("t"), "Noodle House", "+1", world.clock.now)  # type: ignore[arg-type]
    drawn = replace(merchant("M1", "Noodle House"), tenancy=Tenancy("t"))
    known = Tenants({"M1": drawn}, {"M1": gone}, True, lambda _: Tenancy("x"))  # type: ignore[dict-item]
    assert known.changes([merchant("M1", "Tea Shop")]) == []
    (placed,) = known.placed([merchant("M1", "Noodle House", "+1")])
    assert (placed.phone, placed.tenancy) == (None, "t")
    (placed,) = known.placed([merchant("M1", "Tea Shop", "+2")])
    assert placed.phone == "+2"


def test_unknown_ref_of_a_mall_from_before_may_have_been_anothers() -> None:
    for complete, tenancy in ((True, ""), (False, "new-M9")):
        known = tenants({"M1": "Noodle House"}, complete=complete)
        assert known.tenancy_of("M9") == tenancy  # type: ignore[arg-type]
        assert known.tenancy_of("M1") == ""  # type: ignore[arg-type]
