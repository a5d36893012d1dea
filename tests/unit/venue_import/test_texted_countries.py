"""The countries whose phones a mall texts, and what its texts may cost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.venue_import.drawing import GIVEN, Drawing

from baylock.domain.venue.mall import Mall
from venue_import import Given, Plan

pytestmark = pytest.mark.threat(2)

NONE_GIVEN = replace(GIVEN, countries=None)


def plan(given: Given = NONE_GIVEN, previous: Mall | None = None, **tags: str) -> Plan:
    drawing = Drawing()
    drawing.box((-100, -100), (100, 100), shop="mall", ref="harbour", **tags)
    return drawing.plan(previous, given=given)


def test_a_mall_texts_its_own_country_by_default() -> None:
    mall = plan().mall
    assert (mall.countries, mall.texted_countries) == ((), ("CN",))
    assert mall.texts_usd_a_day == 100


@pytest.mark.parametrize("written", ["CN;HK;MO", "cn, hk, mo", "CN HK MO CN"])
def test_countries_are_a_tag_or_an_option(written: str) -> None:
    assert plan(baylock__countries=written).mall.texted_countries == ("CN", "HK", "MO")
    given = replace(NONE_GIVEN, countries=written)
    assert plan(given, baylock__countries="CN").mall.texted_countries == ("CN", "HK", "MO")


@pytest.mark.parametrize("written", ["CN;XX", "China", "001", "CN;+1"])
def test_what_is_no_country_is_an_error(written: str) -> None:
    assert any("baylock:countries" in str(one) for one in plan(baylock__countries=written).errors)


def test_a_mall_that_does_not_text_its_own_country_is_warned_of() -> None:
    assert any("CN" in str(one) for one in plan(baylock__countries="HK").warnings)


@pytest.mark.parametrize(("written", "usd"), [("1", 1), ("2500", 2500)])
def test_what_texts_may_cost_is_a_tag_or_an_option(written: str, usd: int) -> None:
    assert plan(baylock__texts_usd_a_day=written).mall.texts_usd_a_day == usd
    assert plan(replace(NONE_GIVEN, texts_usd_a_day=usd)).mall.texts_usd_a_day == usd


@pytest.mark.parametrize("usd", [0, -5])
def test_option_that_is_no_amount_is_an_error_too(usd: int) -> None:
    assert plan(replace(NONE_GIVEN, texts_usd_a_day=usd)).errors


def test_an_import_that_drops_a_country_says_so() -> None:
    before = plan(baylock__countries="CN;HK").mall
    assert any("HK any more" in str(one) for one in plan(previous=before).warnings)
    same = plan(previous=before, baylock__countries="CN;HK;MO")
    assert not any("any more" in str(one) for one in same.warnings)


@pytest.mark.parametrize("written", ["0", "-5", "1.5", "much", "1000000"])
def test_what_is_no_amount_is_an_error(written: str) -> None:
    assert any(
        "texts_usd_a_day" in str(one) for one in plan(baylock__texts_usd_a_day=written).errors
    )


@pytest.mark.parametrize(
    ("phone", "why"),
    [
        ("+1 900 555 1234", "a kind of number"),
        ("+1 425 555 0123", "a country"),
        ("+86 400 810 5554", "a kind of number"),
        ("+881 612 345 678", "no texts"),
    ],
)
def test_a_shops_phone_that_costs_is_left_out_with_the_reason(phone: str, why: str) -> None:
    drawing = Drawing()
    drawing.shop((0, 0), id="way/one", ref="M1", phone=phone)
    found = drawing.plan(given=NONE_GIVEN)
    assert [merchant.phone for merchant in found.merchants] == [None]
    assert any("left out" in str(one) and why in str(one) for one in found.warnings)


def test_the_malls_phone_that_costs_is_left_out_or_if_given_an_error() -> None:
    assert plan(phone="+86 400 810 5554").mall.phone is None
    found = plan(replace(NONE_GIVEN, phone="+371 21234567"))
    assert found.mall.phone is None
    assert any("sends no texts to: CN" in str(one) for one in found.errors)
