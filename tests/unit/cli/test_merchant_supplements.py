"""`baylock merchant add` and `remove`, and what imports make of supplements."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.conftest import one_space_mall
from tests.fakes.texts import FakeSignatures
from tests.fakes.venues import FakePlans, FakeVenues
from tests.unit.cli.conftest import Deploy
from typer.testing import CliRunner

from baylock.domain.venue.mall import MallRef, Merchant, MerchantId, MerchantRef
from baylock_cli.main import app
from venue_import import import_venue

KIOSK = MallRef("kiosk")
Run = Callable[..., str]


@pytest.fixture
def plans() -> FakePlans:
    return FakePlans()


@pytest.fixture
def venues() -> FakeVenues:
    return FakeVenues()


@pytest.fixture
def plan(tmp_path: Path, venues: FakeVenues, plans: FakePlans) -> Path:
    """The plan of an imported mall with a single merchant."""
    path = tmp_path / "kiosk.geojson"
    path.write_text(json.dumps(one_space_mall(KIOSK, "+12065550111")))
    assert not import_venue(path, venues, plans).errors
    return path


@pytest.fixture
def run(venues: FakeVenues, plans: FakePlans, plan: Path, deploy: Deploy) -> Run:
    del plan
    deploy(venues=venues, plans=plans, signatures=FakeSignatures())

    def command(*asked: str, fails: bool = False) -> str:
        done = CliRunner().invoke(app, ["merchant", *asked, "--mall", KIOSK])
        assert (done.exit_code != 0) == fails, done.output
        return " ".join((done.stderr if fails else done.stdout).split())

    return command


@pytest.fixture
def drawn(venues: FakeVenues, plan: Path) -> Merchant:
    """The merchant of the plan."""
    del plan
    (one,) = venues.merchants(KIOSK)
    return one


def merchant(venues: FakeVenues, ref: str) -> Merchant:
    return venues.merchant(MerchantId(KIOSK, MerchantRef(ref)))


def test_supplement_applies_at_once_and_to_later_imports(
    venues: FakeVenues, plan: Path, run: Run, drawn: Merchant
) -> None:
    run("add", drawn.ref, "--phone", "206 555 0123", "--locale", "zh-CN", "--grace", "45")
    run("add", drawn.ref, "--lead", "20")
    for _ in range(2):
        now = merchant(venues, drawn.ref)
        assert (now.phone, now.locale, now.name) == ("+12065550123", "zh-CN", drawn.name)
        assert now.overrides.grace == timedelta(minutes=45)
        assert now.overrides.lead == timedelta(minutes=20)
        assert now.walks == drawn.walks
        assert venues.merchant_with_phone("+12065550111") is None
        assert not import_venue(plan, venues).errors


def test_a_merchant_that_is_not_on_the_plan_shares_anothers_entrance(
    venues: FakeVenues, plan: Path, run: Run, drawn: Merchant
) -> None:
    run("add", "BARBER", "--name", "Barber 理发", "--beside", drawn.ref, "--phone", "+12065550124")
    for _ in range(2):
        added = merchant(venues, "BARBER")
        assert (added.name, added.phone, added.level) == (
            "Barber 理发",
            "+12065550124",
            drawn.level,
        )
        assert added.walks == drawn.walks
        assert merchant(venues, drawn.ref) == drawn
        assert not import_venue(plan, venues).errors


def test_drivers_are_shown_the_way_to_an_added_merchant_too(
    venues: FakeVenues, plans: FakePlans, plan: Path, run: Run, drawn: Merchant
) -> None:
    before = plans.guide(venues.mall(KIOSK))
    assert before is not None
    run("add", "BARBER", "--name", "Barber", "--beside", drawn.ref)
    for _ in range(2):
        mall = venues.mall(KIOSK)
        guide = plans.guide(mall)
        assert guide is not None
        assert guide.doors[MerchantRef("BARBER")] == guide.doors[drawn.ref]
        assert all(plans.level(mall, number) for number in before.levels)
        assert not import_venue(plan, venues, plans).errors


def test_a_new_merchant_does_not_text_from_its_neighbours_phone(
    venues: FakeVenues, run: Run, drawn: Merchant
) -> None:
    run("add", "BARBER", "--name", "Barber", "--beside", drawn.ref)
    assert merchant(venues, "BARBER").phone is None


def test_supplement_is_removed(venues: FakeVenues, plan: Path, run: Run, drawn: Merchant) -> None:
    run("add", "BARBER", "--name", "Barber", "--beside", drawn.ref)
    run("add", drawn.ref, "--locale", "zh-CN")
    assert "gone" in run("remove", "BARBER")
    assert [one.ref for one in venues.merchants(KIOSK)] == [drawn.ref]
    assert "import" in run("remove", drawn.ref)
    import_venue(plan, venues)
    assert merchant(venues, drawn.ref).locale == drawn.locale
    run("remove", drawn.ref, fails=True)


def test_once_it_is_drawn_a_merchant_stands_where_it_is_drawn(
    venues: FakeVenues, plan: Path, run: Run, drawn: Merchant
) -> None:
    run("add", "BARBER", "--name", "Barber", "--beside", drawn.ref, "--phone", "+12065550124")
    data: dict[str, Any] = json.loads(plan.read_text())
    shop = next(one for one in data["features"] if one["properties"].get("ref") == drawn.ref)
    barber = {**shop, "id": "node/99", "properties": {**shop["properties"], "ref": "BARBER"}}
    del barber["properties"]["phone"]
    data["features"].append(barber)
    plan.write_text(json.dumps(data))
    imported = import_venue(plan, venues)
    assert not imported.errors
    assert "BARBER" in {one.feature for one in imported.warnings}
    assert merchant(venues, "BARBER").phone == "+12065550124"


def test_a_merchant_whose_neighbour_has_gone_is_an_error_and_nothing_is_written(
    venues: FakeVenues, plan: Path, run: Run, drawn: Merchant
) -> None:
    run("add", "BARBER", "--name", "Barber", "--beside", drawn.ref)
    version = venues.mall(KIOSK).version
    plan.write_text(plan.read_text().replace(f'"ref": "{drawn.ref}"', '"ref": "OTHER"'))
    (error,) = import_venue(plan, venues).errors
    assert error.feature == "BARBER"
    assert venues.mall(KIOSK).version == version


@pytest.mark.parametrize(
    "wrong",
    [
        ("add", "NOBODY", "--phone", "+12065550124"),
        ("add", "BARBER", "--beside", "{drawn}"),
        ("add", "BARBER", "--beside", "NOBODY", "--name", "Barber"),
        ("add", "{drawn}", "--beside", "{drawn}", "--name", "Barber"),
        ("add", "{drawn}", "--phone", "12"),
        ("add", "{drawn}", "--locale", "Chinese!"),
        ("add", "{drawn}", "--duration", "0"),
        ("add", "{drawn}", "--lead", "-1"),
        ("add", "{drawn}", "--name", "two\nlines"),
        ("add", "BARBER", "--beside", "{drawn}", "--name", "Barber", "--phone", "+12065550111"),
        ("remove", "{drawn}"),
    ],
)
def test_invalid_supplement_is_refused_and_nothing_is_written(
    venues: FakeVenues, run: Run, drawn: Merchant, wrong: tuple[str, ...]
) -> None:
    version = venues.mall(KIOSK).version
    run(*(word.format(drawn=drawn.ref) for word in wrong), fails=True)
    assert venues.supplements(KIOSK) == []
    assert venues.mall(KIOSK).version == version


@pytest.mark.threat(3)
def test_merchant_that_texts_is_offered_proof_until_it_has_some(run: Run, drawn: Merchant) -> None:
    add = ("add", drawn.ref, "--phone", "+12065550112")
    assert f"baylock merchant pin {drawn.ref} --new" in run(*add)
    assert re.fullmatch(r"\d{6}", run("pin", drawn.ref, "--new"))
    assert "--new" not in run(*add)
    run("pin", drawn.ref, "--no-demand")
    assert "--new" in run(*add)
    run("pin", drawn.ref, "--remove")
    assert "--new" in run(*add)
