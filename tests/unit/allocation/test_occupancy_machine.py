"""A space's day of bookings, against a table of slots that a child would draw."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from baylock.domain.allocation.occupancy import (
    ENTRY_BYTES,
    Entry,
    entries,
    is_free,
    with_entry,
    without_entry,
)
from baylock.domain.errors import SpaceTaken

SLOTS_OF_DAYS = (92, 94, 96, 98, 100)
"""Days of clock changes among them, by an hour and by half an hour."""

tags = st.sampled_from([bytes([n]) * 7 for n in (0, 1, 2, 255)])
attempts = st.sampled_from([0, 1, 2, 127, 255])

Slot = tuple[int, int, bytes, int]
"""Where its booking begins and ends, whose it is, and which attempt."""


class DayOfASpace(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.day = b""
        self.slots = 96
        self.drawn: dict[int, Slot] = {}

    @initialize(slots=st.sampled_from(SLOTS_OF_DAYS))
    def day_begins(self, slots: int) -> None:
        self.slots = slots

    def booked(self) -> list[Slot]:
        """The bookings in the table, earliest first."""
        return [whose for whose, _ in groupby(self.drawn[slot] for slot in sorted(self.drawn))]

    def span(self, data: st.DataObject) -> tuple[int, int]:
        """Slots to ask for: anywhere, or right beside a booking, where mistakes are made."""
        edges = sorted({0, self.slots} | {edge for one in self.booked() for edge in one[:2]})
        somewhere = st.integers(0, self.slots)
        edge = st.sampled_from(edges)
        one, other = data.draw(st.tuples(somewhere | edge, somewhere | edge))
        first = min(one, other, self.slots - 1)
        return first, max(one, other, first + 1)

    def is_drawn_free(self, first: int, end: int) -> bool:
        return not any(slot in self.drawn for slot in range(first, end))

    @rule(data=st.data(), tag=tags, attempt=attempts)
    def somebody_books(self, data: st.DataObject, tag: bytes, attempt: int) -> None:
        first, end = self.span(data)
        entry = Entry(first, end, tag, attempt)
        if not self.is_drawn_free(first, end):
            with pytest.raises(SpaceTaken):
                with_entry(self.day, entry)
            return
        before, self.day = self.day, with_entry(self.day, entry)
        assert without_entry(self.day, entry) == before
        self.drawn |= dict.fromkeys(range(first, end), (first, end, tag, attempt))

    @precondition(lambda self: self.drawn)
    @rule(data=st.data())
    def booking_is_given_back(self, data: st.DataObject) -> None:
        gone = data.draw(st.sampled_from(self.booked()))
        before, self.day = self.day, without_entry(self.day, Entry(*gone))
        assert with_entry(self.day, Entry(*gone)) == before
        self.drawn = {slot: whose for slot, whose in self.drawn.items() if whose != gone}

    @precondition(lambda self: self.drawn)
    @rule(data=st.data(), attempt=attempts, tag=tags, longer=st.integers(-1, 1))
    def what_is_not_there_is_given_back(
        self, data: st.DataObject, attempt: int, tag: bytes, longer: int
    ) -> None:
        """By an earlier attempt, by somebody else, or with another end."""
        first, end, _, _ = data.draw(st.sampled_from(self.booked()))
        like = (first, end + longer, tag, attempt)
        if like not in self.booked():
            assert without_entry(self.day, Entry(*like)) == self.day

    @precondition(lambda self: self.drawn)
    @rule(data=st.data(), attempt=attempts)
    def booking_is_changed(self, data: st.DataObject, attempt: int) -> None:
        """As a transaction does it: the old one out, the new one in, or nothing."""
        old = data.draw(st.sampled_from(self.booked()))
        first, end = self.span(data)
        others = without_entry(self.day, Entry(*old))
        around = {slot: whose for slot, whose in self.drawn.items() if whose != old}
        new = (first, end, old[2], attempt)
        if any(slot in around for slot in range(first, end)):
            with pytest.raises(SpaceTaken):
                with_entry(others, Entry(*new))
            return
        self.day = with_entry(others, Entry(*new))
        self.drawn = around | dict.fromkeys(range(first, end), new)

    @rule(data=st.data())
    def somebody_asks(self, data: st.DataObject) -> None:
        first, end = self.span(data)
        assert is_free(self.day, first, end) is self.is_drawn_free(first, end)

    @invariant()
    def the_day_is_what_was_drawn(self) -> None:
        there = list(entries(self.day))
        assert there == [Entry(*one) for one in self.booked()]

    @invariant()
    def bookings_are_in_order_and_apart(self) -> None:
        there = list(entries(self.day))
        assert all(one.first < one.end <= self.slots for one in there)
        assert all(one.end <= other.first for one, other in pairwise(there))

    @invariant()
    def the_bytes_come_back(self) -> None:
        there = list(entries(self.day))
        assert len(self.day) == ENTRY_BYTES * len(there)
        assert b"".join(entry.pack() for entry in there) == self.day


TestDayOfASpace = DayOfASpace.TestCase
TestDayOfASpace.settings = settings(max_examples=50, stateful_step_count=30)
