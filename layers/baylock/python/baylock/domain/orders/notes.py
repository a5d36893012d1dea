"""The notes of an order about its driver and its spaces."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from baylock.domain.errors import Unreachable
from baylock.domain.orders.state import Reason
from baylock.domain.venue.mall import SpaceId

MAX_NOTES = 4
"""How many reported problems, and how many previous drivers, an order remembers."""


BY_PAGE = "page"
"""The beginning of requests that come from the driver's page."""


@dataclass(frozen=True, slots=True)
class ReportedProblem:
    """A problem at a space of an order: `what` is in FOR_THE_MALL.

    `version` is the version of the order that first had it; the notice about it has the same.
    """

    what: Reason
    space: SpaceId
    level: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class PreviousDriver:
    """A driver who had the order before this `version` of it."""

    phone: str = field(repr=False)
    version: int


@dataclass(frozen=True, slots=True)
class Notes:
    """Notes about the order's driver, and about the spaces that it had.

    `last_request` is the newest text or press of a button of the driver's that changed the order,
    so that a repeat of it changes nothing. `wrong_codes` counts those of the present life and
    phone. `unreachable` is why the last text to the driver did not leave. `tried` are the spaces
    (`lot/ref`) that the order had to leave, `put_down` counts how often its raised barrier was
    lowered by hand, `undone` how often a cancellation was undone. `reported_problems` and
    `previous_drivers` are the newest of their kind, oldest first.
    """

    last_request: str | None = None
    wrong_codes: int = 0
    unreachable: Unreachable | None = None
    previous_drivers: tuple[PreviousDriver, ...] = ()
    tried: frozenset[str] = frozenset()
    put_down: int = 0
    undone: int = 0
    reported_problems: tuple[ReportedProblem, ...] = ()

    @property
    def is_by_page(self) -> bool:
        """Whether the newest request came from the driver's page, which texts no answer."""
        return bool(self.last_request and self.last_request.startswith(BY_PAGE))

    def after(self, request: str | None) -> Self:
        """With this request of the driver's as the newest, if the change came from one."""
        return replace(self, last_request=request or self.last_request)

    def with_problem(self, problem: ReportedProblem) -> Self:
        """With this problem as the newest."""
        problems = (*self.reported_problems, problem)[-MAX_NOTES:]
        return replace(self, reported_problems=problems)

    def with_previous_driver(self, driver: PreviousDriver) -> Self:
        """With this driver as the newest of the previous ones."""
        return replace(self, previous_drivers=(*self.previous_drivers, driver)[-MAX_NOTES:])

    def leaving(self, place: str) -> Self:
        """With one more space (`lot/ref`) that the order had to leave."""
        return replace(self, tried=self.tried | {place})
