"""The outcomes of a sandbox's orders, by the driver's number; docs/sandbox.md."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.fakes.mall import CINEMA, DRIVER, HARBOUR, NOODLES
from tests.fakes.sandbox import ANYBODY, PHONES, TRIES, Sandbox
from tests.fakes.world import World

from baylock.domain.errors import Busy, NoSpace, Unreachable
from baylock.domain.locks.lock import BarrierReport, Desired, Fault
from baylock.domain.orders.order import CONFIRM_WITHIN, Order
from baylock.domain.orders.state import Reason, State
from baylock.domain.sandbox.sandbox import OUTCOMES, SandboxOutcome, outcome_of
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.venue.mall import Barrier, MallRef, MerchantId, Needs
from baylock.domain.venue.sandbox_ref import is_sandbox, sandbox_of


@pytest.fixture
def sandbox(world: World) -> Sandbox:
    return Sandbox(world)


# ── whose ────────────────────────────────────────────────────────────────────────────────────────


def test_each_merchant_has_a_sandbox_of_its_own() -> None:
    whose = [NOODLES, CINEMA, MerchantId(MallRef("quay"), NOODLES.merchant)]
    malls = {sandbox_of(one).mall for one in whose}
    assert len(malls) == len(whose)
    assert all(map(is_sandbox, malls))
    assert not is_sandbox(HARBOUR)


def test_number_forces_nothing_on_a_real_order(world: World) -> None:
    for phone in OUTCOMES:
        assert outcome_of(world.booking(phone=phone)) is None
    assert world.book(phone=PHONES[SandboxOutcome.FULL]).state is State.RESERVED


def test_sandbox_takes_nothing_of_the_mall(world: World, sandbox: Sandbox) -> None:
    tried = sandbox.book()
    real = world.book("T-1")
    assert tried.id != real.id
    assert tried.claim.space.mall == TRIES.mall
    assert real.claim.space.mall == HARBOUR


# ── what happens ─────────────────────────────────────────────────────────────────────────────────


def test_any_number_is_held_and_stays_so(sandbox: Sandbox) -> None:
    order = sandbox.plays(sandbox.book())
    assert order.state is State.HELD
    order = sandbox.clock_runs(order, minutes=20)
    assert order.state is State.HELD
    assert sandbox.clock_runs(order, minutes=11).state is State.NO_SHOW


def test_order_for_later_is_held_when_its_time_comes(sandbox: Sandbox) -> None:
    later = sandbox.world.clock.now + timedelta(hours=3)
    order = sandbox.plays(sandbox.book(service_time=later))
    assert order.state is State.RESERVED
    assert sandbox.clock_runs(order, hours=1, minutes=45).state is State.HELD


def test_full(sandbox: Sandbox) -> None:
    with pytest.raises(NoSpace) as refused:
        sandbox.book(SandboxOutcome.FULL)
    assert refused.value.next_free
    assert sandbox.world.kept() == set()


def test_held_order_whose_number_becomes_that_of_a_full_lot_keeps_its_space(
    sandbox: Sandbox,
) -> None:
    order = sandbox.plays(sandbox.book())
    changed = sandbox.book(
        phone=PHONES[SandboxOutcome.FULL], service_time=order.booking.service_time
    )
    assert (changed.state, changed.claim.space) == (State.HELD, order.claim.space)


def test_moved_once_as_the_lock_jams_and_then_held(sandbox: Sandbox) -> None:
    before = sandbox.plays(sandbox.book(SandboxOutcome.MOVED))
    lock = sandbox.world.locks.find(before.claim.thing)
    assert lock
    assert lock.report
    assert (lock.report.fault, lock.is_usable) == (Fault.JAMMED, False)
    after = sandbox.clock_runs(before, seconds=CONFIRM_WITHIN.total_seconds())
    assert (after.state, after.promise.moves) == (State.HELD, 1)
    assert after.claim.space != before.claim.space


def test_jammed_lock_is_mended_when_the_order_has_gone(sandbox: Sandbox) -> None:
    before = sandbox.plays(sandbox.book(SandboxOutcome.MOVED))
    sandbox.clock_runs(before, seconds=CONFIRM_WITHIN.total_seconds())
    lock = sandbox.world.locks.find(before.claim.thing)
    assert lock
    assert lock.is_usable
    assert sandbox.book(reference="T-2").claim.space == before.claim.space


def test_failed_as_the_lock_jams_and_nothing_else_is_free(sandbox: Sandbox) -> None:
    order = sandbox.plays(sandbox.book(SandboxOutcome.FAILED))
    assert order.state is State.RESERVED
    failed = sandbox.clock_runs(order, seconds=CONFIRM_WITHIN.total_seconds())
    assert (failed.state, failed.reason) == (State.FAILED, Reason.LOCK_SILENT)
    assert sandbox.world.kept() == set()
    lock = sandbox.world.locks.find(order.claim.thing)
    assert lock
    assert lock.is_usable


def test_driver_comes_and_leaves_by_himself(sandbox: Sandbox) -> None:
    order = sandbox.plays(sandbox.book(SandboxOutcome.COMPLETED))
    assert order.state is State.COMPLETED
    assert order.access.held_at
    assert order.access.arrived_at
    versions = (new for _, new in sandbox.world.orders.changes if isinstance(new, Order))
    states = list(dict.fromkeys(one.state for one in versions))
    assert states == [State.RESERVED, State.HELD, State.ARRIVED, State.COMPLETED]
    lock = sandbox.world.locks.find(order.claim.thing)
    assert lock
    assert not lock.has_vehicle
    desired = sandbox.world.shadows.read(order.claim.thing).desired
    assert desired
    assert (desired.barrier, desired.order) == (Barrier.LOWERED, None)


def test_no_show_at_the_time_of_the_service(sandbox: Sandbox) -> None:
    order = sandbox.plays(sandbox.book(SandboxOutcome.NO_SHOW))
    assert order.state is State.HELD
    assert sandbox.clock_runs(order, minutes=1).state is State.NO_SHOW


def test_driver_whom_no_text_reaches(sandbox: Sandbox) -> None:
    order = sandbox.plays(sandbox.book(SandboxOutcome.UNREACHABLE))
    assert (order.state, order.notes.unreachable) == (State.HELD, Unreachable.REFUSED)
    assert sandbox.world.message_log.kept(order.id) == []


def test_texts_are_kept_and_go_nowhere(sandbox: Sandbox) -> None:
    order = sandbox.plays(sandbox.book(SandboxOutcome.MOVED))
    sandbox.clock_runs(order, seconds=CONFIRM_WITHIN.total_seconds())
    booked, moved = sandbox.world.read_texts(sandbox.world.order(order.id), "")
    for part in ("A01", "Noodle House", sandbox.world.code(order)):
        assert part in booked.text
    assert "A02" in moved.text
    assert booked.phone == moved.phone == PHONES[SandboxOutcome.MOVED]
    assert sandbox.world.phones.sent == []


def test_link_is_kept_beside_the_text_with_the_space() -> None:
    sandbox = Sandbox(World(link_base="https://baylock.example"))
    order = sandbox.plays(sandbox.book())
    base = "https://baylock.example"
    texts = [kept.text for kept in sandbox.world.read_texts(order, base)]
    assert len(texts) == 2
    assert any("https://baylock.example/d/" in text for text in texts)
    assert sandbox.world.phones.sent == []


def test_nobody_becomes_a_driver_by_a_sandbox(sandbox: Sandbox) -> None:
    """A driver's number may be anybody's: texts from it do not act on the sandbox."""
    sandbox.plays(sandbox.book(phone=DRIVER))
    assert sandbox.world.message_log.orders_texted_to(DRIVER) == []
    assert sandbox.world.text(DRIVER, "WHERE") == "ignored: unknown sender"


def test_needs_can_be_tried(sandbox: Sandbox) -> None:
    for number, word in enumerate(("ev", "accessible", "family")):
        order = sandbox.book(reference=f"T-{number}", needs=Needs.parse([word]))
        space = sandbox.mall.lots[0].space(order.claim.space.space)
        assert space
        assert word in space.features
    plain = sandbox.book(reference="T-9")
    assert plain.claim.walk_m == 20.0


# ── the lock that is not there ───────────────────────────────────────────────────────────────────


def test_lock_without_a_desired_state_reports_nothing(sandbox: Sandbox) -> None:
    assert sandbox.simulate_lock(sandbox.mall.lots[0].spaces[0].thing) is None


def test_lock_refuses_what_has_run_out(sandbox: Sandbox) -> None:
    order = sandbox.book()
    sandbox.world.settle()
    sandbox.world.at(order.claim.window.end + timedelta(hours=1))
    report = sandbox.simulate_lock(order.claim.thing)
    assert report
    assert (report.barrier, report.order, report.seen_version) == (BarrierReport.LOWERED, None, 1)


def test_lock_does_not_rise_under_a_vehicle(sandbox: Sandbox) -> None:
    order = sandbox.book()
    shadows, thing = sandbox.world.shadows, order.claim.thing
    shadows.report(thing, BarrierReport.LOWERED, vehicle=True)
    shadows.ask(thing, Desired(Barrier.RAISED, order.id, order.claim.window.end), 1)
    report = sandbox.simulate_lock(thing)
    assert report
    assert (report.barrier, report.vehicle) == (BarrierReport.LOWERED, True)


def test_lock_asked_for_something_else_meanwhile_answers_that(sandbox: Sandbox) -> None:
    order = sandbox.book()
    sandbox.world.settle()
    shadows, thing = sandbox.world.shadows, order.claim.thing
    idle = Desired(Barrier.LOWERED, None, order.claim.window.end)
    shadows.before_ask = lambda: shadows.ask(thing, idle, shadows.read(thing).version)
    report = sandbox.simulate_lock(thing)
    assert report
    assert (report.barrier, report.seen_version) == (BarrierReport.LOWERED, 2)


def test_driver_waits_until_the_order_has_heard_of_the_barrier(sandbox: Sandbox) -> None:
    order = sandbox.book(SandboxOutcome.COMPLETED)
    sandbox.world.settle()
    sandbox.simulate_lock(order.claim.thing)
    with pytest.raises(Busy):
        sandbox.simulate_driver(order.claim.thing)
    assert sandbox.world.order(order).state is State.RESERVED


def test_driver_whose_order_was_cancelled_does_not_come(sandbox: Sandbox) -> None:
    order = sandbox.book(SandboxOutcome.COMPLETED)
    sandbox.world.settle()
    sandbox.simulate_lock(order.claim.thing)
    sandbox.world.cancel(TRIES, "T-1")
    assert sandbox.plays(order).state is State.CANCELLED


@pytest.mark.threat(11)
def test_kept_texts_have_no_code_and_no_link_until_they_are_read() -> None:
    sandbox = Sandbox(World(link_base="https://baylock.example"))
    order = sandbox.plays(sandbox.book())
    world = sandbox.world
    code = world.code(order)
    shown = [text.text for text in world.read_texts(order, "https://baylock.example")]
    (link,) = (word for text in shown for word in text.split() if "/d/" in word)
    assert any(code in text for text in shown)
    assert world.follow_link(link.rpartition("/")[2].rstrip(".")).id == order.id
    kept = str([(text.facts, text.text, text.kind) for text in world.message_log.kept(order.id)])
    assert code not in kept
    assert link.rpartition("/")[2] not in kept


@pytest.mark.threat(11)
def test_text_that_an_earlier_version_kept_is_shown_as_it_is(sandbox: Sandbox) -> None:
    order = sandbox.book()
    before = KeptText(sandbox.world.clock.now, ANYBODY, text="Space A01, code 4821")
    sandbox.world.message_log.keep(order.id, "a", before)
    assert [one.text for one in sandbox.world.read_texts(order, "")] == ["Space A01, code 4821"]
