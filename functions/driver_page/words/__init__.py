"""The texts of the page: a file per language, named by its code (ISO 639)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from baylock.domain.driver.stay import Act, StayStatus
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.orders.state import State
from baylock.domain.venue.plan import Mark

DEFAULT = "en"


@dataclass(frozen=True)
class Words:
    """The texts in a language. `{…}` is filled in; the page escapes it."""

    tag: str
    """BCP 47, for `lang`."""
    title: str
    headline: Mapping[StayStatus, str]
    advice: Mapping[StayStatus, str]
    barrier_is: str
    barrier: Mapping[BarrierReport | None, str]
    ended: Mapping[State, str]
    ended_title: str
    ended_advice: str
    no_link_title: str
    no_link: str
    busy_title: str
    busy: str
    bad_title: str
    bad: str
    again: str
    # Place and time.
    where: str
    lot: str
    level: str
    space: str
    when: str
    window: str
    for_whom: str
    walk: str
    times_are: str
    starts_in: str
    ends_in: str
    over: str
    # Acts.
    what: str
    open: str
    open_advice: str
    more: str
    more_until: str
    more_do: str
    leave: str
    leave_ask: str
    leave_advice: str
    leave_do: str
    drop: str
    drop_ask: str
    drop_advice: str
    drop_do: str
    back: str
    help: str
    helps: tuple[tuple[Act | None, str, str], ...]
    """What can be done about it, if anything can here; what it is; what to do."""
    help_ask: str
    taken_ask: str
    blocked_ask: str
    help_advice: str
    help_do: str
    # Outcomes.
    extended: str
    another: str
    staff_told: str
    not_extended: str
    not_yet: str
    too_late: str
    moved: str
    # The way.
    way: str
    map_of: str
    by_car: str
    on_foot: str
    to_shop: str
    entrance: Mapping[Mark, str]
    turns: Mapping[Mark, str]
    walk_to: str
    drive_to: str
    your_space: str
    marks: Mapping[Mark, str]
    metres: Callable[[float], str]


@cache
def codes() -> frozenset[str]:
    """The languages of the page."""
    files = Path(__file__).parent.glob("*.py")
    return frozenset(file.stem for file in files if file.stem.isalpha())


@cache
def words(code: str) -> Words:
    """The texts in a language, or in the default language if the page lacks it."""
    known = code if code in codes() else DEFAULT
    found: Words = import_module(f"{__name__}.{known}").WORDS
    return found


def spoken(accepted: str) -> str:
    """The first language of an `Accept-Language` that the page has; weights are ignored."""
    for one in accepted.split(","):
        code = one.split(";")[0].split("-")[0].strip().lower()
        if code in codes():
            return code
    return DEFAULT
