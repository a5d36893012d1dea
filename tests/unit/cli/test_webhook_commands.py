"""`baylock webhook`: what operators see of merchants' endpoints, and can do for them."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console
from tests.fakes.mall import NOODLES, NOON, small_mall
from tests.fakes.webhooks import FakeWebhooks

from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import (
    Attempt,
    AttemptOutcome,
    DeliveryState,
    Endpoint,
    Salt,
    new_delivery,
    new_endpoint,
)
from baylock_cli import webhooks
from baylock_cli.errors import CommandError

MALL = small_mall()
LATER = NOON + timedelta(days=3)
REFUSED = Attempt(NOON, EventId("evt_1"), AttemptOutcome.REFUSED, 503)


@dataclass
class FakeSite:
    """As much of a Site as these commands use."""

    webhooks: FakeWebhooks = field(default_factory=FakeWebhooks)


@pytest.fixture
def site() -> Any:
    site = FakeSite()
    site.webhooks.save_endpoint(None, endpoint())
    return site


def endpoint() -> Endpoint:
    return new_endpoint(NOODLES, "https://noodles.example.com/hook", Salt("one"), NOON)


def change(site: FakeSite, new: Endpoint) -> None:
    old = site.webhooks.endpoint(NOODLES)
    assert old is not None
    site.webhooks.save_endpoint(old, replace(new, version=old.version + 1))


def add(site: FakeSite, name: str, state: DeliveryState) -> None:
    made = new_delivery(NOODLES, EventId(name), Event.HELD, f'{{"of":"{name}"}}', NOON)
    over = state is not DeliveryState.WAITING
    site.webhooks.add_delivery(replace(made, state=state, due_at=None if over else made.due_at))


def printed(table: object) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def test_list_says_how_each_goes(site: Any) -> None:
    assert "active" in printed(webhooks.endpoints(site, MALL))
    change(site, endpoint().answered(REFUSED, NOON))
    failing = printed(webhooks.endpoints(site, MALL))
    assert "failing since" in failing
    assert "refused (503)" in failing
    gone = replace(REFUSED, outcome=AttemptOutcome.GONE, status=410)
    change(site, endpoint().answered(gone, NOON))
    assert ": gone" in printed(webhooks.endpoints(site, MALL))


def test_show_lists_events_and_what_became_of_them(site: Any) -> None:
    for state in DeliveryState:
        add(site, f"evt_{state}", state)
    shown = printed(webhooks.events(site, MALL, NOODLES))
    assert all(f"evt_{state}" in shown for state in DeliveryState)


def test_show_prints_what_an_event_said(site: Any) -> None:
    add(site, "evt_1", DeliveryState.DELIVERED)
    assert webhooks.event(site, NOODLES, "evt_1").body == '{"of":"evt_1"}'
    with pytest.raises(CommandError):
        webhooks.event(site, NOODLES, "evt_2")


def test_redelivered_is_due_at_once_with_the_same_id_and_body(site: Any) -> None:
    add(site, "evt_1", DeliveryState.DELIVERED)
    assert webhooks.redeliver(site, NOODLES, ["evt_1", "evt_1"], LATER, failed=False) == 1
    (due,) = site.webhooks.due_deliveries(LATER)
    assert (due.id, due.body) == ("evt_1", '{"of":"evt_1"}')


def test_all_that_failed_is_redelivered(site: Any) -> None:
    for number, state in enumerate((DeliveryState.FAILED, DeliveryState.DELIVERED) * 2):
        add(site, f"evt_{number}", state)
    assert webhooks.redeliver(site, NOODLES, [], LATER, failed=True) == 2
    assert {one.id for one in site.webhooks.due_deliveries(LATER)} == {"evt_0", "evt_2"}


def test_what_can_not_be_redelivered_is_told(site: Any) -> None:
    add(site, "evt_1", DeliveryState.WAITING)
    with pytest.raises(CommandError, match="on its way already"):
        webhooks.redeliver(site, NOODLES, ["evt_1"], LATER, failed=False)
    with pytest.raises(CommandError, match="no event"):
        webhooks.redeliver(site, NOODLES, ["evt_2"], LATER, failed=False)
    change(site, replace(endpoint(), disabled_at=NOON))
    with pytest.raises(CommandError, match="switched off"):
        webhooks.redeliver(site, NOODLES, ["evt_1"], LATER, failed=False)
    site.webhooks.remove_endpoint(site.webhooks.endpoint(NOODLES))
    with pytest.raises(CommandError, match="no webhook"):
        webhooks.redeliver(site, NOODLES, ["evt_1"], LATER, failed=False)
