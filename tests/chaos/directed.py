"""Scenes with a planned order of events: which caller stalls or crashes where, and who acts
meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from unittest.mock import patch

from tests.chaos.checker import Findings
from tests.chaos.engine import database
from tests.chaos.faults import Crashed, Fault, PlannedFaults
from tests.chaos.venue import MALL, venue
from tests.chaos.world import World

from baylock.domain.booking.booking import Booking, Reference
from baylock.domain.venue.mall import MerchantId, MerchantRef

DRIVER = "+14255550123"


@dataclass(frozen=True, slots=True)
class Step:
    """An action by one caller, some seconds after the start."""

    seconds: float
    who: str
    does: Callable[[World], object]


@dataclass(frozen=True)
class Scene:
    """The steps of a scene and the calls that fail. A caller that stalls does so for 90 seconds."""

    plan: Mapping[tuple[str, str, int], Fault]
    steps: tuple[Step, ...]

    def __call__(
        self, planted: Callable[[World], AbstractContextManager[None]] = lambda _: nullcontext()
    ) -> Findings:
        """Play the scene and return the findings after it."""
        with ExitStack() as stack:
            stack.enter_context(patch("baylock.adapters.dynamodb.client.FIRST_WAIT_SECONDS", 0))
            client = stack.enter_context(database())
            random = Random(1)
            world = World(client, venue(0, random), random, PlannedFaults(self.plan))
            stack.enter_context(planted(world))
            for step in self.steps:
                world.scheduler.spawn(
                    step.who, _until_it_crashes(world, step), after=timedelta(seconds=step.seconds)
                )
            world.scheduler.run()
            for _ in range(2):
                world.scheduler.wait(timedelta(minutes=2))
                world.sweep()
            return world.check()


def _until_it_crashes(world: World, step: Step) -> Callable[[], None]:
    def work() -> None:
        try:
            step.does(world)
        except Crashed:
            world.client.note("crashed")

    return work


def book(
    reference: str, *, merchant: str = "noodles", minutes: int = 60
) -> Callable[[World], object]:
    """Place a booking for noon, when all spaces are in demand; the first gets the nearest space."""

    def does(world: World) -> object:
        return world.place(
            Booking(
                merchant=MerchantId(MALL, MerchantRef(merchant)),
                reference=Reference(reference),
                service_time=world.venue.rushes[0],
                duration=timedelta(minutes=minutes),
                phone=DRIVER,
            )
        )

    return does


def sweep(world: World) -> object:
    """Sweep once."""
    return world.sweep()


PUNCTUAL = Scene(plan={}, steps=(Step(0, "barber", book("A", merchant="barber", minutes=40)),))
"""One booking of a merchant without any extra time, and no faults."""

OUTDATED = Scene(
    plan={("slow", "update_item", 1): Fault.STALL_BEFORE},
    steps=(Step(0, "slow", book("A")), Step(10, "other", book("B"))),
)
"""The first caller has found the nearest space free and stalls before claiming it. Another
claims it, and then the first goes on. The condition keeps it from overwriting the other's entry."""

OVERTAKEN = Scene(
    plan={("slow", "put_item", 1): Fault.STALL_BEFORE},
    steps=(
        Step(0, "slow", book("A")),
        Step(70, "sweeper", sweep),
        Step(80, "other", book("B")),
    ),
)
"""The first caller has claimed a space and stalls before writing the order. The sweep releases
the space, another claims it, and then the first goes on. The fence keeps it from writing its
order."""

MISTAKEN = Scene(
    plan={
        ("crashed", "update_item", 1): Fault.CRASH_AFTER,
        ("sweeper", "put_item", 1): Fault.STALL_AFTER,
    },
    steps=(
        Step(0, "crashed", book("A")),
        Step(70, "sweeper", sweep),
        Step(100, "again", book("A")),
    ),
)
"""The first caller has claimed a space and crashed. The sweep fences, and stalls before it
removes the entry. Meanwhile the booking is placed again: if its entry were equal to the
abandoned one, the sweep would remove it."""
