"""The platform's keys: one for each purpose, rotated while what exists goes on counting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from tests.fakes.keys import FakeKeyRings
from tests.fakes.mall import NOON, Watch

from baylock.adapters.secrets import CachedKeyRings, read_ring, written_ring
from baylock.domain.access.key_ring import (
    BEGINNING,
    CACHED_AT_MOST,
    CACHED_FOR,
    COUNTS_AFTER,
    KeyRing,
    KeyVersion,
    Purpose,
    ring_of,
)
from baylock.domain.errors import (
    Busy,
    DamagedKeyRing,
    KeyVersionInUse,
    NoFormerKey,
    NoSuchKeyVersion,
)
from baylock.usecases.access.change_keys import ChangeKeys

pytestmark = pytest.mark.threat(10)

MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)


def test_version_that_was_in_force_stays_the_one_for_its_time() -> None:
    ring = ring_of(b"old", NOON - YEAR).rotate(b"new", NOON)
    counts = NOON + COUNTS_AFTER
    assert [ring.at(at) for at in (NOON - YEAR, counts - MINUTE, counts)] == [
        b"old",
        b"old",
        b"new",
    ]
    assert ring.at(None) == ring.at(BEGINNING) == b"old", "what is not known, and what was before"


def test_new_version_counts_only_once_every_process_knows_it() -> None:
    """A process may hold a ring that it read before the rotation until `CACHED_AT_MOST`."""
    assert CACHED_FOR < CACHED_AT_MOST < COUNTS_AFTER
    ring = ring_of(b"old", NOON - YEAR).rotate(b"new", NOON)
    before = ring.counting(NOON + CACHED_AT_MOST)
    assert (before.newest, before.every) == (b"old", (b"old",))
    after = ring.counting(NOON + COUNTS_AFTER)
    assert (after.newest, after.every) == (b"new", (b"new", b"old"))


def test_ring_is_never_empty_even_where_clocks_differ() -> None:
    assert ring_of(b"key", NOON).counting(NOON - MINUTE).newest == b"key"


def test_versions_made_at_once_stay_in_order() -> None:
    ring = ring_of(b"a", NOON).rotate(b"b", NOON).rotate(b"c", NOON)
    assert [version.number for version in ring.versions] == [1, 2, 3]
    assert ring.versions[1].since < ring.versions[2].since


def test_only_a_version_that_was_replaced_is_dropped() -> None:
    rings, change, clock = changing()
    change.rotate(Purpose.LINKS)
    with pytest.raises(KeyVersionInUse):
        change.drop(Purpose.LINKS, 1)
    clock.now += COUNTS_AFTER
    with pytest.raises(KeyVersionInUse):
        change.drop(Purpose.LINKS, 2)
    with pytest.raises(NoSuchKeyVersion):
        change.drop(Purpose.LINKS, 7)
    change.drop(Purpose.LINKS, 1)
    assert rings.ring(Purpose.LINKS).every == (b"made",)


def test_no_key_is_shown_by_accident() -> None:
    assert "hidden" not in repr(ring_of(b"hidden"))


# ── as it is stored ──────────────────────────────────────────────────────────────────────────────


def test_value_that_cloudformation_made_is_a_ring_of_one_version() -> None:
    assert read_ring("k*7[]{}!~", NOON) == KeyRing((KeyVersion(1, NOON, b"k*7[]{}!~"),))


@pytest.mark.parametrize("value", ["1234", "null", "[]", "0.5"])
def test_plain_value_that_happens_to_be_json_is_a_key(value: str) -> None:
    assert read_ring(value, NOON).newest == value.encode()


@pytest.mark.parametrize("length", [1, 13, 40, 80, 120])
def test_part_of_a_ring_is_no_key(length: int) -> None:
    """Other ids than those that exist would be derived from it, and every booking placed twice."""
    whole = written_ring(ring_of(b"old", NOON - YEAR).rotate(b"new", NOON))
    assert length < len(whole)
    for value in (whole[length:], whole[: length + 9], whole[:-1], whole + "}"):
        with pytest.raises(DamagedKeyRing):
            read_ring(value, NOON)


@pytest.mark.parametrize(
    "value",
    [
        "",
        '{"versions": []}',
        '{"versions": null}',
        '{"key": "k"}',
        '{"versions": ["k"]}',
        '{"versions": [{"number": 1, "since": "2026-12-01T00:00:00", "key": "k"}]}',
        '{"versions": [{"number": 1, "since": "today", "key": "k"}]}',
        '{"versions": [{"number": 1, "since": "2026-12-01T00:00:00Z", "key": null}]}',
        '{"versions": ' + "[" * 100_000,
    ],
)
def test_ring_that_is_damaged_is_none(value: str) -> None:
    with pytest.raises(DamagedKeyRing):
        read_ring(value, NOON)


def test_ring_is_read_as_it_was_written() -> None:
    ring = ring_of(b"old", NOON - YEAR).rotate(b"new", NOON).adopt(b"")
    assert read_ring(written_ring(ring), NOON) == ring


@dataclass
class Reads(FakeKeyRings):
    count: int = 0
    fails: bool = False

    def ring(self, purpose: Purpose) -> KeyRing:
        self.count += 1
        if self.fails:
            raise Busy
        return super().ring(purpose)


@dataclass
class Held:
    reads: Reads = field(default_factory=Reads)
    clock: Watch = field(default_factory=Watch)

    def __post_init__(self) -> None:
        self.cached = CachedKeyRings(self.reads, self.clock)

    def after(self, time: timedelta) -> bytes:
        self.clock.now += time
        return self.cached(Purpose.LINKS).newest


def test_ring_is_read_again_every_few_minutes_and_in_no_call_between() -> None:
    held = Held()
    for _ in range(3):
        held.after(MINUTE)
    assert held.reads.count == 1
    held.reads.rings[Purpose.LINKS] = ring_of(b"other")
    assert held.after(CACHED_FOR) == b"other"


def test_ring_that_cannot_be_read_again_is_held_for_a_while_and_no_longer() -> None:
    held = Held()
    first = held.after(MINUTE)
    held.reads.fails = True
    assert held.after(CACHED_FOR) == first
    with pytest.raises(Busy):
        held.after(CACHED_AT_MOST - CACHED_FOR)


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def changing(made: datetime = NOON) -> tuple[FakeKeyRings, ChangeKeys, Watch]:
    clock = Watch()
    clock.now = NOON + timedelta(days=1)
    rings = FakeKeyRings()
    for purpose in Purpose:
        rings.save(purpose, ring_of(purpose.value.encode(), made))
    return rings, ChangeKeys(rings, lambda: b"made", clock), clock


def test_rotation_touches_one_purpose_alone() -> None:
    rings, change, clock = changing()
    change.rotate(Purpose.CODES)
    changed = {purpose for purpose in Purpose if len(rings.ring(purpose).versions) > 1}
    assert changed == {Purpose.CODES}
    assert rings.ring(Purpose.CODES).at(clock.now + COUNTS_AFTER) == b"made"


def test_upgrade_from_one_key_keeps_what_was_derived_with_it() -> None:
    rings, change, _ = changing()
    rings.save(Purpose.CODES, ring_of(b"the only key", NOON - YEAR))
    change.adopt()
    again = dict(rings.rings)
    change.adopt()
    assert rings.rings == again
    for purpose in (Purpose.LINKS, Purpose.TEXT_KEYS):
        assert rings.ring(purpose).at(NOON - MINUTE) == b"the only key"
        assert rings.ring(purpose).at(None) == b"the only key"
        assert rings.ring(purpose).at(NOON) == purpose.value.encode()
    assert rings.ring(Purpose.ORDER_IDS).at(NOON - MINUTE) == b"", "ids were not keyed"
    assert len(rings.ring(Purpose.WEBHOOKS).versions) == 1


def test_stack_that_began_with_a_key_for_each_purpose_shares_none() -> None:
    rings, change, _ = changing()
    with pytest.raises(NoFormerKey):
        change.adopt()
    assert all(len(rings.ring(purpose).versions) == 1 for purpose in Purpose)


def test_key_that_is_gone_is_not_adopted() -> None:
    rings, change, _ = changing()
    old = ring_of(b"the only key", NOON - YEAR).rotate(b"new", NOON - YEAR)
    rings.save(Purpose.CODES, old.drop(1))
    with pytest.raises(NoFormerKey):
        change.adopt()
