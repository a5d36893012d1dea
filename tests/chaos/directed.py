"""Scenes whose order of events is planned: who stalls or falls where, and who comes meanwhile."""

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
    """Who does what, so many seconds after the beginning."""

    seconds: float
    who: str
    does: Callable[[World], object]


@dataclass(frozen=True)
class Scene:
    """What happens, and which of the calls in it go wrong. Who stalls does so for 90 seconds."""

    plan: Mapping[tuple[str, str, int], Fault]
    steps: tuple[Step, ...]

    def __call__(
        self, planted: Callable[[World], AbstractContextManager[None]] = lambda _: nullcontext()
    ) -> Findings:
        """What is found after it."""
        with ExitStack() as stack:
            stack.enter_context(patch("baylock.adapters.dynamodb.client.FIRST_WAIT_SECONDS", 0))
            client = stack.enter_context(database())
            random = Random(1)
            world = World(client, venue(0, random), random, PlannedFaults(self.plan))
            stack.enter_context(planted(world))
            for step in self.steps:
                world.scheduler.spawn(
                    step.who, _until_it_falls(world, step), after=timedelta(seconds=step.seconds)
                )
            world.scheduler.run()
            for _ in range(2):
                world.scheduler.wait(timedelta(minutes=2))
                world.sweep()
            return world.check()


def _until_it_falls(world: World, step: Step) -> Callable[[], None]:
    def work() -> None:
        try:
            step.does(world)
        except Crashed:
            world.client.note("has fallen")

    return work


def book(
    reference: str, *, merchant: str = "noodles", minutes: int = 60
) -> Callable[[World], object]:
    """Noon is when everybody comes; who comes first gets the nearest space."""

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
    """One sweep."""
    return world.sweep()


PUNCTUAL = Scene(plan={}, steps=(Step(0, "barber", book("A", merchant="barber", minutes=40)),))
"""One booking of a merchant who gives no minute away, and nothing goes wrong."""

OUTDATED = Scene(
    plan={("slow", "update_item", 1): Fault.STALL_BEFORE},
    steps=(Step(0, "slow", book("A")), Step(10, "other", book("B"))),
)
"""Somebody has found the nearest space free and stalls before taking it. Another takes it, and
then the first goes on. The condition is what keeps it from writing over the other's entry."""

OVERTAKEN = Scene(
    plan={("slow", "put_item", 1): Fault.STALL_BEFORE},
    steps=(
        Step(0, "slow", book("A")),
        Step(70, "sweeper", sweep),
        Step(80, "other", book("B")),
    ),
)
"""Somebody has taken a space and stalls before writing the order. The sweep gives the space back,
another takes it, and then the first goes on. The fence is what keeps it from writing its order."""

MISTAKEN = Scene(
    plan={
        ("fallen", "update_item", 1): Fault.CRASH_AFTER,
        ("sweeper", "put_item", 1): Fault.STALL_AFTER,
    },
    steps=(
        Step(0, "fallen", book("A")),
        Step(70, "sweeper", sweep),
        Step(100, "again", book("A")),
    ),
)
"""Somebody has taken a space and fallen. The sweep fences, and stalls before it removes the entry.
The booking is placed again meanwhile: were its entry like the one that was left, it would be taken
for its own, and then removed."""
