"""Free spaces, and the hints of large lots."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, stores

if TYPE_CHECKING:
    from baylock.usecases.allocation.check_availability import CheckAvailability
    from baylock.usecases.allocation.find_space import SpaceFinder
    from baylock.usecases.allocation.refresh_hint import RefreshHint
    from baylock.usecases.allocation.sweep_spaces import SweepSpaces


@cache
def find_space() -> SpaceFinder:
    from baylock.usecases.allocation.find_space import SpaceFinder

    return SpaceFinder(stores.venues(), stores.orders())


@cache
def refresh_hint() -> RefreshHint:
    from baylock.usecases.allocation.refresh_hint import RefreshHint

    return RefreshHint(stores.venues(), stores.hints())


@cache
def sweep_spaces() -> SweepSpaces:
    from baylock.usecases.allocation.sweep_spaces import SweepSpaces

    return SweepSpaces(stores.orders(), refresh_hint(), aws.now)


@cache
def check_availability() -> CheckAvailability:
    from baylock.usecases.allocation.check_availability import CheckAvailability

    return CheckAvailability(find_space(), aws.now)
