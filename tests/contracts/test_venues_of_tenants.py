"""The contract of venues about refs that merchants leave: FakeVenues and DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.contracts.test_venues import HARBOUR, NOON, Watch, dynamodb, mall, merchant
from tests.fakes.venues import FakeVenues

from baylock.adapters.dynamodb.venues import DynamoDBVenues
from baylock.domain.errors import NotAMerchant
from baylock.domain.venue.mall import MerchantId, MerchantRef, MerchantSupplement, Tenancy
from baylock.domain.venue.tenancy import RefHistory
from baylock.ports.venue import Venues

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.threat(7)

__all__ = ["dynamodb"]

NEW = Tenancy("5f0c2a9be1d34786")
M07 = MerchantId(HARBOUR, MerchantRef("M07"))
LATER = replace(M07, tenancy=NEW)


@pytest.fixture(params=["fake", "dynamodb"])
def venues(request: pytest.FixtureRequest) -> Venues:
    if request.param == "fake":
        return FakeVenues()
    return DynamoDBVenues(request.getfixturevalue("dynamodb"), "venue", Watch())


def test_merchant_is_found_by_the_tenancy_that_its_ref_has(venues: Venues) -> None:
    venues.save(mall("1"), [merchant()])
    assert venues.merchant(M07).tenancy == ""
    with pytest.raises(NotAMerchant):
        venues.merchant(LATER)
    venues.save(mall("2"), [replace(merchant(), tenancy=NEW)])
    assert venues.merchant(LATER).id_in(HARBOUR) == LATER
    assert venues.merchant_at(HARBOUR, M07.merchant).tenancy == NEW
    with pytest.raises(NotAMerchant):
        venues.merchant(M07)
    assert venues.merchant_with_phone("+862155550107") == LATER
    venues.save(mall("3"), [replace(merchant(phone=None), tenancy=NEW)])
    assert venues.merchant_with_phone("+862155550107") is None


def test_merchant_that_has_left_is_kept_for_its_orders(venues: Venues) -> None:
    venues.save(mall("1"), [merchant()])
    assert venues.former(HARBOUR) == []
    venues.keep_former(mall("1"), merchant())
    assert venues.merchant_then(M07).phone == "+862155550107"
    venues.save(mall("2"), [replace(merchant(), name="Tea", tenancy=NEW)])
    then = venues.merchant_then(M07)
    assert (then.name, then.phone, then.tenancy) == (merchant().name, None, "")
    assert then.walks == merchant().walks
    assert venues.merchant_then(LATER).name == "Tea"
    assert venues.former(HARBOUR) == [M07]
    venues.save(mall("3"), [])
    assert venues.merchant_then(M07).walks == merchant().walks
    venues.save(mall("4", spaces=1), [])
    assert "P1" not in venues.merchant_then(M07).walks
    with pytest.raises(NotAMerchant):
        venues.merchant_then(LATER)


def test_what_is_remembered_of_a_ref_is_read_as_it_was_saved(venues: Venues) -> None:
    assert venues.ref_histories(HARBOUR) == {}
    left = RefHistory(M07.merchant, Tenancy(""), "海鲜 Seafood", "+862155550107")
    venues.save_ref_history(HARBOUR, None, left)
    gone = RefHistory(
        M07.merchant,
        NEW,
        "海鲜 Seafood",
        "+862155550107",
        NOON,
        frozenset({Tenancy("")}),
        frozenset({"+1"}),
    )
    venues.save_ref_history(HARBOUR, left, gone)
    venues.save_ref_history(HARBOUR, left, gone)  # the response was lost
    assert venues.ref_histories(HARBOUR) == {M07.merchant: gone}
    with pytest.raises(ValueError, match="meanwhile"):
        venues.save_ref_history(HARBOUR, left, replace(left, tenancy=Tenancy("other")))
    venues.save_ref_history(HARBOUR, gone, gone.settled())
    assert venues.ref_histories(HARBOUR)[M07.merchant].leaving == frozenset()


def test_supplement_is_that_of_a_tenant(venues: Venues) -> None:
    supplement = MerchantSupplement(M07.merchant, phone="+12065550100", tenancy=NEW)
    venues.save_supplement(HARBOUR, supplement)
    assert venues.supplements(HARBOUR) == [supplement]


def test_mall_that_was_stored_before_may_have_refs_that_were_left(
    dynamodb: DynamoDBClient,
) -> None:
    venues = DynamoDBVenues(dynamodb, "venue", Watch())
    assert venues.remembers(HARBOUR)
    venues.save(mall("1"), [merchant()])
    assert venues.remembers(HARBOUR)
    key = {"pk": {"S": f"mall#{HARBOUR}"}, "sk": {"S": "mall"}}
    dynamodb.update_item(TableName="venue", Key=key, UpdateExpression="REMOVE remembers")
    venues.save(mall("2"), [merchant()])
    assert not venues.remembers(HARBOUR)


def test_successor_is_found_at_once_although_the_mall_is_in_memory(
    dynamodb: DynamoDBClient,
) -> None:
    watch = Watch()
    reader, writer = (DynamoDBVenues(dynamodb, "venue", watch) for _ in range(2))
    writer.save(mall("1"), [merchant()])
    assert reader.merchant(M07).tenancy == ""
    stale = {ref: replace(known) for ref, known in reader._known.items()}
    watch.forward(1)
    writer.save(mall("2"), [replace(merchant(), tenancy=NEW)])
    assert reader.merchant(M07).tenancy == ""
    with pytest.raises(NotAMerchant):
        reader.merchant(M07, anew=True)
    reader._known.clear()
    reader._known.update(stale)
    assert reader.merchant(LATER).tenancy == NEW
    assert reader.mall(HARBOUR).version == "2"
