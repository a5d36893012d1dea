"""Waiting goes on while something moves, however slowly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local_cloud import LocalCloudError
from local_cloud.seed import await_locks
from local_cloud.standstill import Standstill


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def waited(numbers: Iterator[int]) -> tuple[float, list[str]]:
    clock, said = Clock(), list[str]()
    await_locks(lambda: next(numbers), Standstill(60, now=clock), said.append, clock.sleep)
    return clock.now, said


def slowly(locks: int, seconds: int) -> Iterator[int]:
    """One lock fewer after so many looks, of which there is one a second."""
    for out in range(locks, 0, -1):
        yield from [out] * seconds
    yield 0


def test_locks_that_come_slowly_are_all_waited_for() -> None:
    seconds, said = waited(slowly(244, 59))
    assert seconds == 244 * 59
    assert len(said) == 244, "a line for each change, none for each look"


def test_locks_that_stand_still_are_given_up_after_a_minute() -> None:
    with pytest.raises(LocalCloudError, match="23 locks are out of contact, and none has come"):
        waited(iter([*[30] * 50, *[23] * 70]))


def test_locks_that_come_and_go_do_not_count_as_movement() -> None:
    with pytest.raises(LocalCloudError):
        waited(iter([5, 6] * 40))
