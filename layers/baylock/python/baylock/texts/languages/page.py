"""The content of a language's `page.py`: all words of the driver's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from baylock.domain.driver.stay import Act, Ending, StayStatus
from baylock.domain.locks.lock import BarrierReport
from baylock.domain.venue.plan import Mark


@dataclass(frozen=True)
class PageWords:
    """The words of the page. `{…}` is filled in; the page escapes it."""

    tag: str
    """BCP 47, for `lang`."""
    title: str
    headline: Mapping[StayStatus, str]
    advice: Mapping[StayStatus, str]
    barrier_is: str
    barrier: Mapping[BarrierReport | None, str]
    ended: Mapping[Ending, tuple[str, str]]
    """Each: a title; who ended it, or why."""
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
    """Each: the button that it has, if any; a title; what to do."""
    help_ask: str
    taken_ask: str
    blocked_ask: str
    help_advice: str
    help_do: str
    # What an action led to.
    extended: str
    another: str
    staff_told: str
    not_extended: str
    not_yet: str
    too_late: str
    moved: str
    stale: str
    """The form was made before something that changes what it would do."""
    kept_until: str
    """While a cancellation can still be undone."""
    keep_do: str
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
