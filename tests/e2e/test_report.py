"""The ledger of a real stack: a complete order, and its row in the report."""

from __future__ import annotations

import csv
import json
import time
from datetime import datetime
from io import StringIO

import pytest
from tests.e2e.conftest import World, eventually
from typer.testing import CliRunner

from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.reports.ledger import LOWERED_WITHIN
from baylock_cli.main import app
from local_cloud import Merchant

pytestmark = pytest.mark.e2e


@pytest.fixture
def report(world: World, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """Run the command on the tests' stack."""
    running = "baylock_cli.commands.context.running_deployment"
    monkeypatch.setattr(running, lambda: world.deployment)
    return CliRunner()


def state(world: World, merchant: Merchant, reference: str, wanted: State) -> Order:
    def in_state() -> Order | None:
        order = world.order(merchant, reference)
        return order if order and order.state is wanted else None

    return eventually(in_state, f"{reference} to be {wanted}")


def test_completed_order_is_kept_in_the_ledger(world: World, report: CliRunner) -> None:
    merchant, phone = world.merchant(), world.phone()
    world.book(merchant, "LEDGER-1", phone)
    held = world.held(merchant, "LEDGER-1")
    asked = time.monotonic()
    code = world.code_told(phone)
    world.text(phone, f"HERE {code}")
    state(world, merchant, "LEDGER-1", State.ARRIVED)
    at_most = time.monotonic() - asked
    world.text(phone, f"DONE {code}")
    order = state(world, merchant, "LEDGER-1", State.COMPLETED)

    mall = world.seeded.mall
    day = f"{order.claim.window.start.astimezone(mall.zone):%Y-%m-%d}"
    asked_for = ["report", "--mall", mall.ref, "--from", day, "--to", day]
    done = report.invoke(app, [*asked_for, "--format", "csv", "--orders"])
    assert done.exit_code == 0, done.output
    (line,) = (row for row in csv.DictReader(StringIO(done.stdout)) if row["order"] == order.id)
    assert (line["state"], line["promise"]) == ("completed", "kept")
    assert 0 < float(line["lowered_seconds"]) <= at_most
    assert float(line["lowered_seconds"]) < LOWERED_WITHIN.total_seconds()
    assert held.promise.created_at.replace(microsecond=0) <= datetime.fromisoformat(line["held_at"])
    assert datetime.fromisoformat(line["held_at"]) <= datetime.fromisoformat(line["ready_by"])
    assert phone not in done.output

    done = report.invoke(app, [*asked_for, "--by", "merchant", "--format", "json"])
    (mall_report,) = json.loads(done.stdout)["malls"]
    (row,) = (row for row in mall_report["rows"] if row["merchant"] == merchant.ref)
    assert row["kept"] >= 1
    assert row["lowered_p95_seconds"] >= row["lowered_median_seconds"] > 0
    assert 0 <= row["hours_used"] < row["hours_there"]
    assert day in report.invoke(app, asked_for).stdout
