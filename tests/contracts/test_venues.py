"""The contract of venues: FakeVenues and DynamoDB."""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from unittest.mock import patch

import boto3
import pytest
from moto import mock_aws
from tests.fakes.venues import FakeVenues

from baylock.adapters.dynamodb.venue_items import MallItem
from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.domain.errors import NoSuchMall, NotAMerchant
from baylock.domain.venue.mall import (
    POSITIONS,
    Barrier,
    Feature,
    LockWhen,
    Lot,
    LotRef,
    LotSettings,
    Mall,
    MallRef,
    Merchant,
    MerchantId,
    MerchantRef,
    MerchantSupplement,
    Overrides,
    Space,
    SpaceRef,
    ThingName,
)
from baylock.domain.venue.quotas import UNLIMITED, Quotas
from baylock.ports.venue import Venues

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HARBOUR = MallRef("harbour")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)


@dataclass
class Watch:
    """A clock that is set by hand."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def dynamodb() -> Iterator[DynamoDBClient]:
    credentials = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    with mock_aws(), patch.dict(os.environ, credentials):
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="venue",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield client


@pytest.fixture(params=["fake", "dynamodb"])
def venues(request: pytest.FixtureRequest) -> Venues:
    if request.param == "fake":
        return FakeVenues()
    return DynamoDBVenues(request.getfixturevalue("dynamodb"), "venue", Watch())


def space(number: int, **own: object) -> Space:
    made = Space(
        SpaceRef(f"B2-{number:03}"),
        "B2",
        f"z{number // 32}",
        POSITIONS[number % 32],
        ThingName(f"harbour-P1-B2-{number:03}"),
        lon=121.5,
        lat=31.2,
    )
    return replace(made, **own)  # type: ignore[arg-type]  # the fields of a space


def mall(version: str = "1", spaces: int = 3, ref: MallRef = HARBOUR) -> Mall:
    settings = LotSettings(
        arrive_early=timedelta(minutes=5),
        lock_when=LockWhen.AT_BOOKING,
        idle_barrier=Barrier.RAISED,
    )
    first = space(0, features=frozenset({Feature.EV, Feature.FAMILY}), max_height_m=2.1)
    lots = (
        Lot(LotRef("P2"), "西 停车场", (space(0),)),
        Lot(LotRef("P1"), "East", (first, *map(space, range(1, spaces))), settings),
    )
    return Mall(ref, "Harbour Gate", "Asia/Shanghai", "CN", lots, version, "+862155550100", "zh-CN")


def merchant(ref: str = "M07", phone: str | None = "+862155550107", spaces: int = 3) -> Merchant:
    return Merchant(
        MerchantRef(ref),
        "海鲜 Seafood",
        "1",
        phone,
        "zh-CN",
        Overrides(duration=timedelta(minutes=90)),
        {LotRef("P2"): array("H", [65535]), LotRef("P1"): array("H", range(spaces))},
        121.5,
        31.2,
    )


def who(ref: str = "M07", where: MallRef = HARBOUR) -> MerchantId:
    return MerchantId(where, MerchantRef(ref))


def test_mall_is_read_as_it_was_saved(venues: Venues) -> None:
    venues.save(mall(), [merchant()])
    assert venues.mall(HARBOUR) == mall()


def test_merchant_is_read_as_it_was_saved(venues: Venues) -> None:
    venues.save(mall(), [merchant()])
    assert venues.merchant(who()) == merchant()


def test_unknown_mall_is_not_found(venues: Venues) -> None:
    with pytest.raises(NoSuchMall):
        venues.mall(HARBOUR)
    with pytest.raises(NoSuchMall):
        list(venues.merchants(HARBOUR))
    with pytest.raises(NotAMerchant):
        venues.merchant(who())


def test_merchant_missing_from_its_mall_is_not_found(venues: Venues) -> None:
    venues.save(mall(), [merchant()])
    with pytest.raises(NotAMerchant):
        venues.merchant(who("M08"))


def test_merchants_are_listed_by_ref(venues: Venues) -> None:
    venues.save(mall(), [merchant("M2", None), merchant("M1", None)])
    assert [one.ref for one in venues.merchants(HARBOUR)] == ["M1", "M2"]


def test_lot_of_5000_spaces_keeps_its_order(venues: Venues) -> None:
    large = mall(spaces=5000)
    venues.save(large, [merchant(spaces=5000)])
    assert venues.mall(HARBOUR) == large
    assert venues.merchant(who()) == merchant(spaces=5000)


def test_phone_identifies_its_merchant(venues: Venues) -> None:
    venues.save(mall(), [merchant()])
    assert venues.merchant_with_phone("+862155550107") == who()
    assert venues.merchant_with_phone("+862155550108") is None


def test_import_replaces_the_previous_version(venues: Venues) -> None:
    venues.save(mall("1"), [merchant("M1", "+862155550101"), merchant("M2", "+862155550102")])
    venues.save(mall("2", spaces=1), [merchant("M2", "+862155550101", spaces=1)])
    assert venues.mall(HARBOUR) == mall("2", spaces=1)
    assert [one.ref for one in venues.merchants(HARBOUR)] == ["M2"]
    assert venues.merchant_with_phone("+862155550101") == who("M2")
    assert venues.merchant_with_phone("+862155550102") is None


def test_phone_may_go_to_another_merchant_and_back(venues: Venues) -> None:
    phone = "+862155550101"
    for version, owner in enumerate(("M1", "M2", "M1"), start=1):
        venues.save(mall(str(version)), [merchant(owner, phone)])
        assert venues.merchant_with_phone(phone) == who(owner)


def test_version_that_is_not_new_is_refused(venues: Venues) -> None:
    venues.save(mall("1"), [])
    with pytest.raises(ValueError, match="version"):
        venues.save(mall("1"), [])


def test_phone_of_another_malls_merchant_is_refused_and_nothing_changes(venues: Venues) -> None:
    airport = MallRef("airport")
    venues.save(mall(), [merchant()])
    with pytest.raises(ValueError, match="another mall"):
        venues.save(mall(ref=airport), [merchant("A1", "+12065550100"), merchant("A2")])
    assert venues.merchant_with_phone("+862155550107") == who()
    assert venues.merchant_with_phone("+12065550100") is None
    with pytest.raises(NoSuchMall):
        venues.mall(airport)


def test_two_merchants_with_one_phone_are_refused(venues: Venues) -> None:
    with pytest.raises(ValueError, match="same phone"):
        venues.save(mall(), [merchant("M1"), merchant("M2")])


def test_supplements_survive_imports(venues: Venues) -> None:
    barber = MerchantSupplement(
        MerchantRef("M9"),
        name="Barber 理发",
        beside=MerchantRef("M1"),
        phone="+862155550199",
        locale="zh-CN",
        overrides=Overrides(grace=timedelta(minutes=45)),
    )
    other = MerchantSupplement(MerchantRef("M1"), locale="en")
    for supplement in (barber, other, barber):
        venues.save_supplement(HARBOUR, supplement)
    for version in "123":
        venues.save(mall(version), [merchant()])
    assert venues.supplements(HARBOUR) == [other, barber]
    assert venues.supplements(MallRef("airport")) == []
    venues.drop_supplement(HARBOUR, barber.ref)
    venues.drop_supplement(HARBOUR, barber.ref)
    assert venues.supplements(HARBOUR) == [other]


# ── DynamoDB alone ───────────────────────────────────────────────────────────────────────────────


def test_venue_is_cached_for_a_minute(dynamodb: DynamoDBClient) -> None:
    watch = Watch()
    reader = DynamoDBVenues(dynamodb, "venue", watch)
    writer = DynamoDBVenues(dynamodb, "venue", watch)
    writer.save(mall("1"), [merchant()])
    assert reader.mall(HARBOUR).version == "1"
    writer.save(mall("2", spaces=1), [merchant(spaces=1)])
    watch.forward(40)
    assert reader.mall(HARBOUR).version == "1"
    watch.forward(20)
    assert reader.mall(HARBOUR).version == "2"


def test_mall_and_merchant_are_of_one_version(dynamodb: DynamoDBClient) -> None:
    watch = Watch()
    reader = DynamoDBVenues(dynamodb, "venue", watch)
    writer = DynamoDBVenues(dynamodb, "venue", watch)
    writer.save(mall("1"), [merchant()])
    reader.mall(HARBOUR)
    writer.save(mall("2", spaces=1), [merchant(spaces=1)])
    for seconds in (49.9, 0.2, 9.9, 0.2, 45.0):
        watch.forward(seconds)
        lot = reader.mall(HARBOUR).lot(LotRef("P1"))
        watch.forward(0.15)
        assert lot is not None
        assert len(reader.merchant(who()).walks[lot.ref]) == len(lot.spaces)


def test_new_phone_of_a_merchant_is_known_at_once(dynamodb: DynamoDBClient) -> None:
    reader = DynamoDBVenues(dynamodb, "venue", Watch())
    writer = DynamoDBVenues(dynamodb, "venue", Watch())
    writer.save(mall("1"), [merchant("M1", None)])
    reader.merchant(who("M1"))
    writer.save(mall("2"), [merchant("M1", "+862155550101")])
    assert reader.merchant_with_phone("+862155550101") == who("M1")


def test_reader_two_imports_behind_finds_the_newest(dynamodb: DynamoDBClient) -> None:
    reader = DynamoDBVenues(dynamodb, "venue", Watch())
    writer = DynamoDBVenues(dynamodb, "venue", Watch())
    writer.save(mall("1"), [merchant()])
    reader.merchant(who())
    for version in ("2", "3"):
        writer.save(mall(version), [merchant()])
    assert reader.mall(HARBOUR).version == "3"


def test_only_two_versions_are_kept(dynamodb: DynamoDBClient) -> None:
    writer = DynamoDBVenues(dynamodb, "venue", Watch())
    for version in ("1", "2", "3", "4"):
        writer.save(mall(version), [merchant()])
    keys = [item["sk"]["S"] for item in dynamodb.scan(TableName="venue")["Items"]]
    versions = {
        f"v#{v}#{part}" for v in "34" for part in ("lot#P1#000", "lot#P2#000", "merchant#M07")
    }
    assert set(keys) == {"mall", "merchant"} | versions


def test_items_of_20000_spaces_stay_far_below_400_kb(dynamodb: DynamoDBClient) -> None:
    writer = DynamoDBVenues(dynamodb, "venue", Watch())
    writer.save(mall(spaces=20_000), [merchant(spaces=20_000)])
    sizes = [
        len(item.get("body", {}).get("B", b"")) + len(item.get("walks", {}).get("B", b""))
        for item in dynamodb.scan(TableName="venue")["Items"]
    ]
    assert max(sizes) < 100_000


@pytest.mark.threat(9)
def test_quotas_are_read_as_they_were_saved_and_the_usual_ones_where_none_were(
    venues: Venues,
) -> None:
    own = replace(mall(), quotas=Quotas(orders_per_phone=5, lot_share=40))
    venues.save(own, [merchant()])
    assert venues.mall(HARBOUR).quotas == own.quotas
    venues.save(mall("2"), [merchant()])
    assert venues.mall(HARBOUR).quotas == Quotas()


@pytest.mark.threat(9)
def test_malls_from_before_there_were_quotas_have_the_usual_ones_and_sandboxes_none() -> None:
    item = MallItem.from_domain(mall(), 1, None)
    assert "quotas" not in item.serialize()
    assert item.to_domain(HARBOUR, []).quotas == Quotas()
    assert item.to_domain(MallRef("sandbox-a4443287720c"), []).quotas == UNLIMITED
