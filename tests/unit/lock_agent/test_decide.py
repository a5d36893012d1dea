"""The rules of the shadow contract, over every combination of a lock's inputs."""

import itertools
import math

import pytest

from baylock_lock.decide import Memory, Refusal, Verdict, decide, is_news
from baylock_lock.hardware import Sensed
from baylock_lock.shadow import Barrier, Desired, Fault, Rest

NOW = 1_796_000_000.0
RESTS: tuple[Rest, ...] = (Barrier.RAISED, Barrier.LOWERED)

STANDS: list[tuple[Barrier, Rest | None, Fault | None]] = [
    (Barrier.RAISED, None, None),
    (Barrier.LOWERED, None, None),
    (Barrier.MOVING, Barrier.RAISED, None),
    (Barrier.MOVING, Barrier.LOWERED, None),
    (Barrier.BLOCKED, None, Fault.JAMMED),
    (Barrier.BLOCKED, None, None),
]
READINGS = [
    Sensed(barrier, vehicle, 80, heading, stopped_by)
    for barrier, heading, stopped_by in STANDS
    for vehicle in (True, False, None)
]
MEMORIES = [
    Memory(version=7, desired=desired, order="ord_old", pending=pending)
    for desired in [
        None,
        *(
            Desired(barrier, order, NOW + left)
            for barrier in RESTS
            for order in ("ord_new", None)
            for left in (-1, 0, 60)
        ),
    ]
    for pending in (True, False)
]
EVERYTHING = list(itertools.product(MEMORIES, READINGS, (True, False)))


def rising(sensed: Sensed) -> bool:
    return sensed.heading is Barrier.RAISED


def expired(memory: Memory) -> bool:
    return memory.desired is not None and memory.desired.valid_until <= NOW


@pytest.mark.parametrize(("memory", "sensed", "fresh"), EVERYTHING)
def test_in_every_case(memory: Memory, sensed: Sensed, fresh: bool) -> None:
    verdict = decide(memory, sensed, NOW, fresh=fresh)
    asked = memory.desired is not None and (fresh or memory.pending)

    if verdict.move is Barrier.RAISED:
        assert sensed.vehicle is False, "rises under a vehicle, or blindly"
    if verdict.move is not None:
        assert verdict.move not in (sensed.barrier, sensed.heading), "moves where it already is"
    if expired(memory):
        assert verdict.move is None or rising(sensed), "obeys an expired state"
        assert verdict.order in (memory.order, None)
        assert not verdict.pending or rising(sensed)
    if not asked and not (rising(sensed) and sensed.vehicle is not False):
        assert verdict == Verdict(None, memory.order, None, memory.pending), "acts unasked"
    if rising(sensed) and sensed.vehicle is not False:
        assert verdict.move is Barrier.LOWERED, "goes on rising under a vehicle"
    if verdict.refusal is None and asked and memory.desired:
        assert verdict.order == memory.desired.order
        assert not verdict.pending


@pytest.mark.parametrize("to", RESTS)
def test_moves_to_where_it_is_asked(to: Rest) -> None:
    start = Barrier.LOWERED if to is Barrier.RAISED else Barrier.RAISED
    memory = Memory(3, Desired(to, "ord_1", NOW + 60))
    verdict = decide(memory, Sensed(start, False, 80), NOW, fresh=True)
    assert verdict == Verdict(to, "ord_1", None, pending=False)


@pytest.mark.parametrize("vehicle", [True, False, None])
def test_lowers_whatever_the_sensor_says(vehicle: bool | None) -> None:
    memory = Memory(3, Desired(Barrier.LOWERED, "ord_1", NOW + 60))
    assert decide(memory, Sensed(Barrier.RAISED, vehicle, 80), NOW, fresh=True).move is (
        Barrier.LOWERED
    )


@pytest.mark.parametrize(("vehicle", "refusal"), [(True, Refusal.VEHICLE), (None, Refusal.SENSOR)])
def test_refuses_to_raise_and_waits(vehicle: bool | None, refusal: Refusal) -> None:
    memory = Memory(3, Desired(Barrier.RAISED, "ord_1", NOW + 60), order="ord_0")
    verdict = decide(memory, Sensed(Barrier.LOWERED, vehicle, 80), NOW, fresh=True)
    assert verdict == Verdict(None, "ord_0", refusal, pending=True)


def test_a_raised_barrier_changes_its_order_even_with_a_vehicle_against_it() -> None:
    memory = Memory(3, Desired(Barrier.RAISED, "ord_2", NOW + 60), order="ord_1")
    verdict = decide(memory, Sensed(Barrier.RAISED, True, 80), NOW, fresh=True)
    assert verdict == Verdict(None, "ord_2", None, pending=False)


def test_valid_until_is_the_first_moment_at_which_it_is_refused() -> None:
    memory = Memory(3, Desired(Barrier.RAISED, "ord_1", NOW))
    lowered = Sensed(Barrier.LOWERED, False, 80)
    assert decide(memory, lowered, NOW, fresh=True).refusal is Refusal.EXPIRED
    assert decide(memory, lowered, math.nextafter(NOW, 0), fresh=True).move is Barrier.RAISED


def test_a_blocked_barrier_tries_again_only_when_asked_anew() -> None:
    memory = Memory(3, Desired(Barrier.RAISED, "ord_1", NOW + 60), order="ord_1")
    stuck = Sensed(Barrier.BLOCKED, False, 80, stopped_by=Fault.JAMMED)
    assert decide(memory, stuck, NOW, fresh=False).move is None
    assert decide(memory, stuck, NOW, fresh=True).move is Barrier.RAISED


@pytest.mark.parametrize(("version", "news"), [(6, False), (7, False), (8, True)])
def test_only_a_newer_version_is_news(version: int, news: bool) -> None:
    assert is_news(version, Memory(version=7)) is news
