"""No key of an item has a phone number in it, and what earlier versions wrote is found still."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import phonenumbers
import pytest
from tests.fakes.example_orders import cancelled, completed, reserved
from tests.fakes.mall import DRIVER, NOON, Watch
from tests.fakes.venues import FakeVenues

from baylock.adapters.dynamodb.messages import DynamoDBMessageLog
from baylock.adapters.dynamodb.order_item import item_of
from baylock.adapters.dynamodb.orders import DynamoDBOrders
from baylock.adapters.dynamodb.phone_keys import PhoneKeys
from baylock.adapters.dynamodb.upgrades import DynamoDBUpgrades
from baylock.domain.access.key_ring import KeyRing, ring_of
from baylock.domain.booking.booking import OrderId
from baylock.domain.texting.allowance import number_key
from baylock.domain.texting.kept_text import KeptText
from baylock.domain.texting.phone_hash import PHONES, phone_hash
from baylock.domain.texting.reply import Reply
from baylock.usecases.orders.catch_up import ENDED, CatchUp
from baylock.usecases.orders.forget_driver import ForgetDriver

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.threat(8)

KEY, LATER_KEY = b"a key that is only for tests", b"a later key"
OTHER = "+8613800138000"


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def upgrades(tables_made: DynamoDBClient, clock: Watch) -> DynamoDBUpgrades:
    return DynamoDBUpgrades(tables_made, "texts", clock)


def log_with(
    tables_made: DynamoDBClient, clock: Watch, upgrades: DynamoDBUpgrades, ring: KeyRing
) -> DynamoDBMessageLog:
    phones = PhoneKeys(lambda: ring, lambda: not upgrades.is_done(PHONES))
    return DynamoDBMessageLog(tables_made, "texts", clock, phones)


@pytest.fixture
def message_log(
    tables_made: DynamoDBClient, clock: Watch, upgrades: DynamoDBUpgrades
) -> DynamoDBMessageLog:
    return log_with(tables_made, clock, upgrades, ring_of(KEY))


@pytest.fixture
def catch_up(
    tables_made: DynamoDBClient,
    clock: Watch,
    upgrades: DynamoDBUpgrades,
    message_log: DynamoDBMessageLog,
) -> CatchUp:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    forget = ForgetDriver(orders, FakeVenues(), clock)
    return CatchUp(orders, message_log, upgrades, forget)


def keys(tables_made: DynamoDBClient) -> list[str]:
    items = tables_made.scan(TableName="texts")["Items"]
    return [f"{item['pk']['S']} {item['sk']['S']}" for item in items]


def run(catch_up: CatchUp) -> int:
    count = 0
    for left in catch_up.due():
        catch_up(left)
        count += 1
    return count


def plain(tables_made: DynamoDBClient, number: str) -> None:
    """What the version before wrote of a number."""
    for sk, more in (
        ("opted_out", {}),
        ("order#ord_fhximlfi7ahq", {"told_at": {"N": "1796155200000"}}),
        ("day#2026-12-01", {"out": {"N": "3"}}),
    ):
        item = {"pk": {"S": f"number#{number}"}, "sk": {"S": sk}, **more}
        tables_made.put_item(TableName="texts", Item=item)


def test_no_key_has_a_number(tables_made: DynamoDBClient, message_log: DynamoDBMessageLog) -> None:
    message_log.note_order(DRIVER, reserved())
    message_log.set_opted_out(DRIVER, True)
    message_log.count(f"number#{DRIVER}", "in")
    message_log.count(f"prefix#{DRIVER}#hour", "out")
    message_log.record_reply("in-1", Reply(DRIVER, "driver_help"))
    message_log.keep(reserved().id, "a", KeptText(NOON, DRIVER, "driver_where"))
    assert len(keys(tables_made)) == 6
    assert not [key for key in keys(tables_made) if DRIVER[1:] in key or DRIVER[2:] in key]


def test_hash_needs_the_key_and_is_the_same_each_time() -> None:
    hashes = {phone_hash(phone, key) for phone in (DRIVER, OTHER) for key in (KEY, LATER_KEY)}
    assert len(hashes) == 4
    assert phone_hash(DRIVER, KEY) == phone_hash(DRIVER, KEY)
    assert all(len(one) == 24 and one.isalnum() for one in hashes)


def test_opt_out_and_orders_from_before_are_found(
    tables_made: DynamoDBClient, message_log: DynamoDBMessageLog
) -> None:
    plain(tables_made, DRIVER)
    assert message_log.opted_out(DRIVER)
    assert list(message_log.orders_texted_to(DRIVER)) == ["ord_fhximlfi7ahq"]
    message_log.note_order(DRIVER, reserved())
    assert set(message_log.orders_texted_to(DRIVER)) == {"ord_fhximlfi7ahq", reserved().id}
    message_log.set_opted_out(DRIVER, False)
    assert not message_log.opted_out(DRIVER)


def test_clock_hashes_what_is_from_before_once(
    tables_made: DynamoDBClient,
    clock: Watch,
    message_log: DynamoDBMessageLog,
    upgrades: DynamoDBUpgrades,
    catch_up: CatchUp,
) -> None:
    plain(tables_made, DRIVER)
    plain(tables_made, OTHER)
    assert run(catch_up) == 6
    assert not upgrades.is_done(PHONES), "only when nothing is found is it known to be all"
    assert run(catch_up) == 0
    assert upgrades.is_done(PHONES)
    assert not [key for key in keys(tables_made) if "+" in key]
    for phone in (DRIVER, OTHER):
        assert message_log.opted_out(phone)
        assert list(message_log.orders_texted_to(phone)) == ["ord_fhximlfi7ahq"]
        assert message_log.count(f"number#{phone}", "out") == 4
    plain(tables_made, "+14255550188")
    assert run(catch_up) == 0, "it is done"


def test_hashing_again_keeps_what_is_newer(
    tables_made: DynamoDBClient, message_log: DynamoDBMessageLog
) -> None:
    for _ in range(5):
        message_log.count(f"number#{DRIVER}", "out")
    plain(tables_made, DRIVER)
    for key in list(message_log.plain_keys()):
        message_log.hash_key(key)
        message_log.hash_key(key)
    assert message_log.count(f"number#{DRIVER}", "out") == 6


def test_key_that_was_replaced_still_finds_its_numbers(
    tables_made: DynamoDBClient,
    clock: Watch,
    upgrades: DynamoDBUpgrades,
    message_log: DynamoDBMessageLog,
) -> None:
    message_log.set_opted_out(DRIVER, True)
    message_log.note_order(DRIVER, reserved())
    rotated = ring_of(KEY).rotate(LATER_KEY, clock.now).counting(clock.now + timedelta(days=1))
    assert len(rotated.every) == 2
    after = log_with(tables_made, clock, upgrades, rotated)
    assert after.opted_out(DRIVER)
    assert list(after.orders_texted_to(DRIVER)) == [reserved().id]
    after.set_opted_out(DRIVER, False)
    assert not after.opted_out(DRIVER)


def test_orders_that_had_ended_before_the_upgrade_are_forgotten_in_time(
    tables_made: DynamoDBClient, clock: Watch, catch_up: CatchUp
) -> None:
    ended, live = completed(), reserved()
    orders = catch_up.orders
    for record in (ended, live):
        item = {
            name: value
            for name, value in item_of(record).items()
            if name not in {"driver_partition", "driver_at"}
        }
        tables_made.put_item(TableName="orders", Item=item | {"name": {"S": "Ms Li"}})
        if record is ended:
            assert list(orders.to_forget(clock.now + timedelta(days=99))) == []
            assert run(catch_up) == 1
            assert run(catch_up) == 0
            (stored,) = tables_made.scan(TableName="orders")["Items"]
            assert "name" not in stored
            assert list(orders.to_forget(clock.now + timedelta(days=99))) == [ended.id]
    assert catch_up.upgrades.is_done(ENDED)


def test_live_orders_are_left_alone_by_the_upgrade(
    tables_made: DynamoDBClient, catch_up: CatchUp
) -> None:
    item = item_of(reserved())
    tables_made.put_item(TableName="orders", Item=item)
    assert run(catch_up) == 0
    assert tables_made.scan(TableName="orders")["Items"] == [item]


def test_list_of_what_is_to_be_forgotten(tables_made: DynamoDBClient, clock: Watch) -> None:
    orders = DynamoDBOrders(tables_made, "orders", "occupancy")
    order = cancelled()
    orders.add(order, replacing=None)
    assert order.forget_at is not None
    assert list(orders.to_forget(order.forget_at - timedelta(milliseconds=1))) == []
    assert list(orders.to_forget(order.forget_at)) == [order.id]
    clock.now = order.forget_at
    assert ForgetDriver(orders, FakeVenues(), clock)(OrderId(order.id))
    assert list(orders.to_forget(order.forget_at)) == []
    (item,) = tables_made.scan(TableName="orders")["Items"]
    assert not {"phone", "plate", "locale", "driver_partition", "driver_at"} & set(item)
    assert DRIVER not in str(item)
    assert item["forgotten"] == {"N": "1"}


def test_no_country_has_numbers_so_short_that_their_range_is_stored_in_clear() -> None:
    """In Andorra or Greenland all digits but the last three are five or six."""
    keys = PhoneKeys(lambda: ring_of(KEY), lambda: False)
    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    examples = [
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in kinds
        if (number := phonenumbers.example_number_for_type(region, kind))
    ]
    assert min(map(len, examples)) < len("+12345678")
    for phone in examples:
        for key in (number_key(phone).item, f"number#{phone}"):
            assert "+" not in keys.newest(key), phone
