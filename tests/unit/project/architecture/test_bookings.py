"""One way from a merchant to a record: every other look at an order begins with an id of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tests.unit.project.architecture.code import FUNCTIONS, LAYER, ROOT, imports, modules

pytestmark = pytest.mark.threat(1)

FIND_BOOKING = "baylock.usecases.orders.find_booking"

BY_OUR_OWN_ID = {
    FIND_BOOKING: "checks whose the record is",
    "baylock.usecases.change": "an order that its caller has found",
    "baylock.usecases.orders.watch_order": "what is due, and the holder in a shadow",
    "baylock.usecases.allocation.sweep_spaces": "the tag in a space",
    "baylock.usecases.allocation.check_quotas": "what the indexes list; counts, and shows none",
    "baylock.usecases.reports.list_incidents": "the order that a lock names",
    "baylock.usecases.locks.reconcile_lock": "a message of ours, and the holder in a shadow",
    "baylock.usecases.driver.ask_for_help": "the order of a driver who was found",
    "baylock.usecases.driver.follow_link": "the order that a link was stored for; checks its token",
    "baylock.usecases.texting.answer_driver": "what the number had texts about; checks the phone",
    "baylock.usecases.texting.send_text": "a message of ours",
    "baylock.usecases.sandbox.simulate_driver": "the holder in the shadow of a sandbox's lock",
    "baylock.usecases.sandbox.simulate_lock": "the holder in the shadow of a sandbox's lock",
    "baylock_cli.commands.orders": "the operator names the order",
    "baylock_cli.tables.orders": "the operator names the order",
    "local_cloud.demo": "the order that it has just made",
}
"""The modules that look an order up by its id, and where that id is from."""

DERIVES = {FIND_BOOKING}


def lookups(source: str) -> Iterator[str]:
    """Calls of `find` and `record` on the store of orders, whatever it is reached by."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in {"find", "record"}:
            store = ast.unparse(node.value).removesuffix("()").rpartition(".")[2].lstrip("_")
            if store == "orders":
                yield ast.unparse(node)


def derivations(source: str) -> Iterator[str]:
    for _, name in imports(ast.parse(source)):
        if name.endswith((".order_ids.order_ids", ".order_ids.keys_of_ids", ".booking.order_ids")):
            yield name


EVERY_MODULE = {
    module: path.read_text()
    for folder in (LAYER, FUNCTIONS, ROOT / "cli")
    for module, path in modules(folder).items()
    if not module.startswith("baylock.adapters")
}


@pytest.mark.parametrize("module", EVERY_MODULE)
def test_booking_is_looked_up_in_one_way(module: str) -> None:
    if module not in BY_OUR_OWN_ID:
        assert list(lookups(EVERY_MODULE[module])) == []
    if module not in DERIVES:
        assert list(derivations(EVERY_MODULE[module])) == []


def test_every_exception_is_needed() -> None:
    assert {module for module in EVERY_MODULE if list(lookups(EVERY_MODULE[module]))} == set(
        BY_OUR_OWN_ID
    )
    assert {module for module in EVERY_MODULE if list(derivations(EVERY_MODULE[module]))} == DERIVES


@pytest.mark.parametrize(
    "source",
    [
        "stores.orders().find(OrderId(id_))",
        "self.orders.record(id_)",
        "look = deployment.orders.find",
        "orders.find(id_)",
    ],
)
def test_another_way_is_seen(source: str) -> None:
    assert list(lookups(source))


@pytest.mark.parametrize(
    "source",
    [
        "from baylock.domain.booking.order_ids import order_ids",
        "from baylock.domain.booking import order_ids",
    ],
)
def test_another_derivation_is_seen(source: str) -> None:
    assert list(derivations(source))
