"""`baylock webhook`: merchants' endpoints and events are listed, and events redelivered."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console
from tests.fakes.mall import NOODLES, NOON, small_mall
from tests.fakes.webhooks import FakeWebhooks
from tests.unit.cli.conftest import Deploy

from baylock.domain.errors import BaylockError, NoSuchEvent
from baylock.domain.webhooks.event import Event, EventId
from baylock.domain.webhooks.webhook import (
    Attempt,
    AttemptOutcome,
    DeliveryState,
    Endpoint,
    Permit,
    Salt,
    new_delivery,
    new_endpoint,
)
from baylock.usecases.webhooks.redeliver_events import FindDelivery, RedeliverEvents
from baylock_cli.errors import describe
from baylock_cli.tables.webhooks import list_of_events, list_of_webhooks
from deployment import Deployment

MALL = small_mall()
LATER = NOON + timedelta(days=3)
REFUSED = Attempt(NOON, EventId("evt_1"), AttemptOutcome.REFUSED, 503)


@pytest.fixture
def stored() -> FakeWebhooks:
    stored = FakeWebhooks()
    stored.save_endpoint(None, endpoint())
    return stored


@pytest.fixture
def deployment(stored: FakeWebhooks, deploy: Deploy) -> Deployment:
    return deploy(webhooks=stored)


@pytest.fixture
def redeliver(stored: FakeWebhooks) -> RedeliverEvents:
    return RedeliverEvents(stored, lambda: LATER)


def endpoint() -> Endpoint:
    return new_endpoint(NOODLES, "https://noodles.example.com/hook", Salt("one"), NOON).proven()


def change(stored: FakeWebhooks, new: Endpoint) -> None:
    old = stored.endpoint(NOODLES)
    assert old is not None
    stored.save_endpoint(old, replace(new, version=old.version + 1))


def add(stored: FakeWebhooks, name: str, state: DeliveryState) -> None:
    made = new_delivery(NOODLES, EventId(name), Event.HELD, f'{{"of":"{name}"}}', NOON)
    over = state is not DeliveryState.WAITING
    stored.add_delivery(replace(made, state=state, due_at=None if over else made.due_at))


def printed(table: object) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(table)
    return out.getvalue()


def test_list_shows_the_state_of_each_webhook(stored: FakeWebhooks, deployment: Deployment) -> None:
    assert "active" in printed(list_of_webhooks(deployment, MALL).table)
    change(stored, endpoint().answered(REFUSED, NOON))
    permit = Permit(0, REFUSED.event, NOON)
    stored.take_permit(NOODLES, permit, NOON)
    stored.release_permit(NOODLES, permit.released(REFUSED))
    failing = printed(list_of_webhooks(deployment, MALL).table)
    assert "failing since" in failing
    assert "refused (503)" in failing
    gone = replace(REFUSED, outcome=AttemptOutcome.GONE, status=410)
    change(stored, endpoint().answered(gone, NOON))
    assert ": gone" in printed(list_of_webhooks(deployment, MALL).table)


def test_show_lists_events_and_their_states(stored: FakeWebhooks, deployment: Deployment) -> None:
    for state in DeliveryState:
        add(stored, f"evt_{state}", state)
    shown = printed(list_of_events(deployment, MALL, NOODLES).table)
    assert all(f"evt_{state}" in shown for state in DeliveryState)


def test_show_prints_the_body_of_an_event(stored: FakeWebhooks) -> None:
    add(stored, "evt_1", DeliveryState.DELIVERED)
    find_delivery = FindDelivery(stored)
    assert find_delivery(NOODLES, "evt_1").body == '{"of":"evt_1"}'
    with pytest.raises(NoSuchEvent):
        find_delivery(NOODLES, "evt_2")


@pytest.mark.threat(11)
def test_list_shows_which_webhook_has_not_proven_itself(
    stored: FakeWebhooks, deployment: Deployment
) -> None:
    change(stored, replace(endpoint(), pending=True))
    assert "pending" in printed(list_of_webhooks(deployment, MALL).table)


def test_redelivered_is_due_at_once_with_the_same_id_and_body(
    stored: FakeWebhooks, redeliver: RedeliverEvents
) -> None:
    add(stored, "evt_1", DeliveryState.DELIVERED)
    assert redeliver(NOODLES, ["evt_1", "evt_1"]) == 1
    (due,) = stored.due_deliveries(LATER)
    assert (due.id, due.body) == ("evt_1", '{"of":"evt_1"}')


def test_all_that_failed_is_redelivered(stored: FakeWebhooks, redeliver: RedeliverEvents) -> None:
    for number, state in enumerate((DeliveryState.FAILED, DeliveryState.DELIVERED) * 2):
        add(stored, f"evt_{number}", state)
    assert redeliver(NOODLES, [], failed=True) == 2
    assert {one.id for one in stored.due_deliveries(LATER)} == {"evt_0", "evt_2"}


def test_what_can_not_be_redelivered_is_refused(
    stored: FakeWebhooks, redeliver: RedeliverEvents
) -> None:
    def refusal(event: str) -> str:
        with pytest.raises(BaylockError) as refused:
            redeliver(NOODLES, [event])
        return describe(refused.value)

    add(stored, "evt_1", DeliveryState.WAITING)
    assert "already waiting for delivery: evt_1" in refusal("evt_1")
    assert "no event evt_2" in refusal("evt_2")
    change(stored, replace(endpoint(), disabled_at=NOON))
    assert "switched off" in refusal("evt_1")
    known = stored.endpoint(NOODLES)
    assert known is not None
    stored.remove_endpoint(known)
    assert "no webhook" in refusal("evt_1")
