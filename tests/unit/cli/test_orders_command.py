"""`baylock orders`: today's by default, or those of a period, a merchant, a plate."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.fakes.mall import small_mall
from tests.fakes.world import World
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock_cli.commands.period import period_of
from baylock_cli.errors import CommandError
from baylock_cli.main import app

MALL = small_mall()
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def run(world: World, deploy: Deploy) -> Callable[..., Any]:
    deploy(world)

    def orders(*options: str) -> Any:
        done = CliRunner().invoke(app, ["orders", "--format", "json", *options])
        assert done.exit_code == 0, done.output
        return [row["order"] for row in json.loads(done.stdout)]

    return orders


def local(moment: datetime) -> str:
    return f"{moment.astimezone(MALL.zone):%Y-%m-%d %H:%M}"


def test_orders_of_today_are_the_default(world: World, run: Callable[..., Any]) -> None:
    order = world.arrived(plate="7ABC123")
    assert run() == [order.id]
    world.at(world.clock.now + timedelta(days=2))
    assert run() == []
    assert run("--to", "yesterday") == [order.id]
    assert run("--from", "yesterday") == []


def test_an_order_is_listed_where_its_window_has_a_moment_of_the_period(
    world: World, run: Callable[..., Any]
) -> None:
    order = world.arrived(plate="7ABC123")
    window, minute = order.claim.window, timedelta(minutes=1)
    assert run("--from", local(window.end - minute)) == [order.id]
    assert run("--from", local(window.end)) == []
    assert run("--to", local(window.start + minute)) == [order.id]
    assert run("--to", local(window.start)) == []


def test_orders_of_a_merchant_or_a_plate(world: World, run: Callable[..., Any]) -> None:
    order = world.arrived(plate="7ABC123")
    assert run("--plate", "7abc-123") == [order.id]
    assert run("--plate", "7ABC124") == []
    assert run("--merchant", order.booking.merchant.merchant) == [order.id]
    assert run("--merchant", "cinema") == []


def test_table_says_what_it_shows(world: World, run: Callable[..., Any]) -> None:
    shown = CliRunner().invoke(app, ["orders"]).stdout
    assert "no orders today, 2026-12-01" in shown
    assert MALL.timezone in shown


@pytest.mark.parametrize("wrong", ["2026-13-01", "soon", "2026-12-01 25:00", "01.12.2026", ""])
def test_no_day_is_refused_with_one_that_can_be_written(
    world: World, run: Callable[..., Any], wrong: str
) -> None:
    done = CliRunner().invoke(app, ["orders", "--from", wrong])
    assert done.exit_code == 1
    assert "write it as 2026-" in done.stderr
    assert not done.stdout


def test_a_period_must_not_end_before_it_starts() -> None:
    with pytest.raises(CommandError, match="not before"):
        period_of(MALL, NOW, "tomorrow", "today")


@pytest.mark.parametrize("hour", range(24))
def test_today_is_the_malls_own_day(hour: int) -> None:
    now = NOW.replace(hour=hour)
    period = period_of(MALL, now, None, None)
    assert period.start <= now < period.end
    zone = ZoneInfo(MALL.timezone)
    assert {f"{period.start.astimezone(zone):%H:%M}", f"{period.end.astimezone(zone):%H:%M}"} == {
        "00:00"
    }


@pytest.mark.parametrize("plate", ["", "  ", "-"])
def test_a_plate_without_a_letter_or_digit_is_refused(run: Callable[..., Any], plate: str) -> None:
    with pytest.raises(AssertionError, match="number plate"):
        run("--plate", plate)
