"""A share of `make chaos`, and whether its checker notices planted bugs."""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.proof import PLANTED
from tests.chaos.run import Chaos

from bench.results import Disorder
from bench.store import Findings

EACH = 500
SEEDS = (1, 2, 3)
STEPS = len(SEEDS) + len(PLANTED)


def disorder(done: Callable[[], object]) -> Disorder:
    """Run operations with every fault, then each planted bug; `done` is called `STEPS` times."""
    double = homeless = orphaned = 0
    for seed in SEEDS:
        found = Chaos(seed, EACH)().findings
        double += len(found.double_bookings)
        homeless += len(found.orders_without_space)
        orphaned += len(found.spaces_without_order)
        done()
    missed = 0
    for planted in PLANTED:
        missed += not planted.is_caught()
        done()
    return Disorder(EACH * len(SEEDS), Findings(double, homeless, orphaned), len(PLANTED), missed)
