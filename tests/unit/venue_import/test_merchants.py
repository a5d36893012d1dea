"""Shops, restaurants and practices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.venue_import.drawing import GIVEN, Drawing, ids, only_merchant, straight

from baylock.domain.venue.mall import Overrides
from baylock.domain.venue.quotas import Quotas


def shop(**tags: object) -> Drawing:
    drawing = straight()
    properties = drawing.features[3]["properties"]
    properties |= {key.replace("__", ":"): value for key, value in tags.items()}
    return drawing


@pytest.mark.parametrize(
    "tags",
    [
        {"shop": "books"},
        {"shop": "yes"},
        {"amenity": "restaurant"},
        {"amenity": "cafe"},
        {"amenity": "cinema"},
        {"amenity": "dentist"},
        {"amenity": "something_new"},
        {"healthcare": "physiotherapist"},
        {"leisure": "fitness_centre"},
    ],
)
def test_what_is_a_merchant(tags: dict[str, str]) -> None:
    drawing = straight()
    drawing.point((50, 0), ref="M2", name="Other", **tags)
    assert [merchant.ref for merchant in drawing.plan().merchants] == ["M1", "M2"]


@pytest.mark.parametrize(
    "tags",
    [
        {"amenity": "toilets", "name": "WC"},
        {"amenity": "bench"},
        {"amenity": "atm", "name": "Bank"},
        {"amenity": "charging_station", "name": "Volt"},
        {"amenity": "something_new"},
        {"shop": "vacant"},
        {"shop": "mall", "ref": "harbour", "name": "Mall"},
    ],
)
def test_what_is_none(tags: dict[str, str]) -> None:
    drawing = straight()
    drawing.point((50, 0), **tags)
    plan = drawing.plan()
    assert [merchant.ref for merchant in plan.merchants] == ["M1"]
    assert plan.warnings == ()


def test_a_shop_without_a_name_is_left_out_with_a_warning() -> None:
    drawing = straight()
    drawing.point((50, 0), id="node/nameless", shop="clothes", ref="M2")
    plan = drawing.plan()
    assert [merchant.ref for merchant in plan.merchants] == ["M1"]
    assert ids(plan.warnings) == ["node/nameless"]


def test_a_missing_ref_is_derived_from_the_features_id() -> None:
    plan = shop(ref=None).plan()
    assert only_merchant(plan).ref == "way-shop"
    assert ids(plan.warnings) == ["way/shop"]


def test_two_merchants_with_one_ref_are_an_error_that_names_both() -> None:
    drawing = straight()
    drawing.shop((50, 0), id="way/twin", ref="M1")
    assert ids(drawing.plan().errors) == ["way/shop", "way/twin"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("+86 755 5550 0107", "+8675555500107"),
        ("0755 5550 0107", "+8675555500107"),
        ("+1 425 555 0123", "+14255550123"),
        ("13800138000", "+8613800138000"),
        ("nonsense; +14255550123", "+14255550123"),
    ],
)
def test_phones_are_e164_and_national_ones_the_malls_countrys(written: str, read: str) -> None:
    plan = shop(phone=written).plan()
    assert only_merchant(plan).phone == read
    assert plan.warnings == ()


@pytest.mark.parametrize("tag", ["phone", "contact__phone"])
def test_the_malls_own_phone_and_language(tag: str) -> None:
    drawing = straight()
    tags = {tag: "13800138000", "baylock__locale": "zh-CN"}
    drawing.box((-100, -100), (100, 100), shop="mall", ref="harbour", **tags)
    mall = drawing.plan().mall
    assert (mall.phone, mall.locale) == ("+8613800138000", "zh-CN")


@pytest.mark.parametrize(("given", "phone"), [("13800138001", "+8613800138001"), ("x", None)])
def test_a_phone_that_is_given_goes_before_the_plans(given: str, phone: str | None) -> None:
    drawing = straight()
    drawing.box((-100, -100), (100, 100), shop="mall", ref="harbour", phone="13800138000")
    plan = drawing.plan(given=replace(GIVEN, phone=given))
    assert plan.mall.phone == phone
    assert bool(plan.errors) is (phone is None)


def test_contact_phone_serves_too() -> None:
    assert only_merchant(shop(contact__phone="+14255550123").plan()).phone == "+14255550123"


@pytest.mark.parametrize("written", ["12345", "call us", "+999 1"])
def test_what_is_no_phone_is_left_out_with_a_warning(written: str) -> None:
    plan = shop(phone=written).plan()
    assert only_merchant(plan).phone is None
    assert ids(plan.warnings) == ["way/shop"]


def test_a_phone_that_two_merchants_have_is_neithers() -> None:
    drawing = shop(phone="+14255550123")
    drawing.shop((50, 0), id="way/twin", ref="M2", phone="+1 (425) 555-0123")
    plan = drawing.plan()
    assert [merchant.phone for merchant in plan.merchants] == [None, None]
    assert ids(plan.warnings) == ["way/shop", "way/twin"]


def test_a_merchant_may_override_times() -> None:
    merchant = only_merchant(shop(baylock__duration="60", baylock__locale="zh-CN").plan())
    assert merchant.overrides == Overrides(duration=timedelta(minutes=60))
    assert merchant.locale == "zh-CN"


@pytest.mark.parametrize("tags", [{"baylock:grace": "late"}, {"baylock:locale": "中文"}])
def test_a_setting_that_cant_be_is_an_error(tags: dict[str, str]) -> None:
    drawing = straight()
    drawing.features[3]["properties"] |= tags
    assert ids(drawing.plan().errors) == ["way/shop"]


def in_mall(**tags: str) -> Drawing:
    """A drawing with a feature for the mall itself."""
    drawing = straight()
    settings = {f"baylock:{key}": value for key, value in tags.items()}
    drawing.box((-90, -90), (190, 90), shop="mall", ref="harbour", **settings)
    return drawing


@pytest.mark.threat(9)
def test_quotas_of_a_mall_are_tags_of_its_feature() -> None:
    plan = in_mall(orders_per_phone="5", lot_share="40", texts_an_hour="0").plan()
    assert plan.errors == ()
    assert plan.mall.quotas == Quotas(orders_per_phone=5, lot_share=40, texts_an_hour=0)
    assert in_mall().plan().mall.quotas == Quotas()


@pytest.mark.threat(9)
@pytest.mark.parametrize("wrong", ["0", "none", "101", "-1", "1e1", "५०"])
def test_quota_that_cannot_be_is_an_error(wrong: str) -> None:
    (error,) = in_mall(lot_share=wrong).plan().errors
    assert f"baylock:lot_share={wrong}" in error.message
