"""Each text is sent once, with what is true now."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.fakes.mall import DRIVER, NOODLES, NOODLES_PHONE
from tests.fakes.world import World

from baylock.domain.booking.booking import Channel, OrderId
from baylock.domain.errors import Busy, NotReached, Unreachable
from baylock.domain.orders.cancellation import Cancellation
from baylock.domain.orders.notes import Notes, PreviousDriver, ReportedProblem
from baylock.domain.orders.notice import Notice
from baylock.domain.orders.state import Reason
from baylock.domain.texting.allowance import MAX_TEXTS_TO_DRIVER
from baylock.domain.texting.notice_rules import NOTICE_RULES
from baylock.domain.texting.reply import Reply

RESERVED = Notice.DRIVER_RESERVED


def test_driver_is_told_place_time_and_code(world: World) -> None:
    order = world.book()
    assert world.send.notice(order.id, 1, RESERVED) == "sent"
    ((phone, text),) = world.phones.sent
    assert phone == DRIVER
    for part in ("B2-017", "B2", "13:45", "16:15", world.code(order), "Noodle House"):
        assert part in text
    assert world.message_log.orders_texted_to(DRIVER) == [order.id]


def test_fault_11_sent_once(world: World) -> None:
    order = world.book()
    world.send.notice(order.id, 1, RESERVED)
    assert world.send.notice(order.id, 1, RESERVED) == "sent before"
    assert len(world.phones.sent) == 1


def test_other_version_is_another_text(world: World) -> None:
    order = world.book()
    world.send.notice(order.id, 1, RESERVED)
    assert world.send.notice(order.id, 2, Notice.DRIVER_CHANGED) == "sent"


def test_no_longer_true_is_not_sent(world: World) -> None:
    order = world.book()
    world.cancel(NOODLES, "TBL-1")
    assert world.send.notice(order.id, 1, RESERVED) == "no longer true"
    assert world.send.notice(OrderId("ord_aaaaaaaaaaaa"), 1, RESERVED) == "no longer true"
    assert world.phones.sent == []


def test_cancelled_and_placed_again_is_not_told_as_cancelled(world: World) -> None:
    order = world.book()
    world.cancel(NOODLES, "TBL-1")
    world.book()
    assert world.send.notice(order.id, 2, Notice.DRIVER_CANCELLED) == "no longer true"


def test_late_text_says_what_is_true_now(world: World) -> None:
    order = world.book()
    world.book(service_time=order.booking.service_time + timedelta(hours=1))
    world.send.notice(order.id, 1, RESERVED)
    assert "14:45" in world.last_text_to(DRIVER)


def test_merchant_is_told_of_a_no_show_of_a_booking_by_text(world: World) -> None:
    order = world.held(channel=Channel.TEXT)
    world.at(order.schedule.no_show_at)
    missed = world.watch(order.id)
    assert world.send.notice(order.id, missed.version, Notice.MERCHANT_NO_SHOW) == "sent"
    assert "B2-017" in world.last_text_to(NOODLES_PHONE)


def test_merchant_without_a_phone_is_not_texted(world: World) -> None:
    order = world.held()
    world.at(order.schedule.no_show_at)
    missed = world.watch(order.id)
    others = [replace(merchant, phone=None) for merchant in world.merchants]
    world.venues.save(replace(world.mall, version="2"), others)
    assert world.send.notice(order.id, missed.version, Notice.MERCHANT_NO_SHOW) == "no phone"


def test_fault_26_opted_out_is_not_texted(world: World) -> None:
    order = world.book()
    world.message_log.set_opted_out(DRIVER, True)
    assert world.send.notice(order.id, 1, RESERVED) == "not sent: opted_out"
    assert world.phones.sent == []
    assert world.order(order).is_live


def test_fault_23_what_the_carrier_refuses_is_tried_again_at_once(world: World) -> None:
    order = world.book()
    world.phones.failures = 2
    for _ in range(2):
        with pytest.raises(Busy):
            world.send.notice(order.id, 1, RESERVED)
    assert world.send.notice(order.id, 1, RESERVED) == "sent"
    assert len(world.phones.sent) == 1


@pytest.mark.parametrize("reason", [Unreachable.OPTED_OUT, Unreachable.REFUSED])
def test_fault_23_a_number_that_the_carrier_refuses_is_seen_on_the_order(
    world: World, reason: Unreachable
) -> None:
    world.phones.refuses[DRIVER] = NotReached(reason, again=False)
    order = world.book(channel=Channel.TEXT)
    world.settle()
    assert world.order(order).is_live
    assert world.order(order).notes.unreachable is reason
    assert "please tell your guest" in world.last_text_to(NOODLES_PHONE)


def test_fault_23_a_spend_limit_is_seen_on_the_order_and_the_text_tried_again(
    world: World,
) -> None:
    order = world.book()
    world.phones.refuses[DRIVER] = NotReached(Unreachable.SPEND_LIMIT, again=True)
    with pytest.raises(Busy):
        world.send.notice(order.id, 1, RESERVED)
    assert world.order(order).notes.unreachable is Unreachable.SPEND_LIMIT
    assert world.order(order).is_live
    del world.phones.refuses[DRIVER]
    assert world.send.notice(order.id, 1, RESERVED) == "sent"
    assert world.order(order).notes.unreachable is None


def test_fault_23_a_carrier_that_is_out_is_seen_on_the_order_at_the_last_try(
    world: World,
) -> None:
    order = world.book()
    world.phones.failures = 2
    for last_try, seen in ((False, None), (True, Unreachable.REFUSED)):
        with pytest.raises(Busy):
            world.send.notice(order.id, 1, RESERVED, last_try=last_try)
        assert world.order(order).notes.unreachable is seen


def test_fault_23_texts_that_did_not_leave_cost_nothing_of_the_days_texts(world: World) -> None:
    order = world.book()
    world.phones.failures = MAX_TEXTS_TO_DRIVER
    for _ in range(MAX_TEXTS_TO_DRIVER):
        with pytest.raises(Busy):
            world.send.notice(order.id, 1, RESERVED)
    assert world.send.notice(order.id, 1, RESERVED) == "sent"


def test_what_is_refused_to_a_merchant_says_nothing_of_the_driver(world: World) -> None:
    world.phones.refuses[NOODLES_PHONE] = NotReached(Unreachable.REFUSED, again=False)
    order = world.book()
    world.message_log.record_reply("in-1", Reply(NOODLES_PHONE, "merchant_booked", "en", order.id))
    assert world.send.answer("in-1") == "not sent: refused"
    assert world.order(order).notes.unreachable is None


def test_fall_while_sending_is_taken_up_after_half_a_minute(world: World) -> None:
    order = world.book()
    assert world.message_log.begin_sending(f"{order.id}#1#driver_reserved")
    assert world.send.notice(order.id, 1, RESERVED) == "sent before"
    world.clock.forward(seconds=31)
    assert world.send.notice(order.id, 1, RESERVED) == "sent"


def test_driver_is_told_in_the_drivers_language(world: World) -> None:
    order = world.book(locale="zh-CN")
    world.send.notice(order.id, 1, RESERVED)
    assert "到了" in world.last_text_to(DRIVER)


def test_answer_is_sent_once(world: World) -> None:
    order = world.book()
    reply = Reply(NOODLES_PHONE, "merchant_booked", "en", order.id)
    world.message_log.record_reply("in-1", reply)
    assert world.send.answer("in-1") == "sent"
    assert world.send.answer("in-1") == "sent before"
    text = world.last_text_to(NOODLES_PHONE)
    assert "B2-017" in text
    assert world.code(order) not in text, "the code is for the driver"


@pytest.mark.parametrize("reply", [None, Reply(DRIVER, None)])
def test_silence_is_not_sent(world: World, reply: Reply | None) -> None:
    if reply:
        world.message_log.record_reply("in-1", reply)
    assert world.send.answer("in-1") == "nothing to say"
    assert world.phones.sent == []


def test_answer_to_the_driver_lets_the_driver_answer_for_the_order(world: World) -> None:
    order = world.book()
    world.message_log.record_reply("in-1", Reply(DRIVER, "driver_where", "en", order.id))
    world.send.answer("in-1")
    assert world.message_log.orders_texted_to(DRIVER) == [order.id]


@pytest.mark.parametrize("notice", Notice)
def test_every_notice_has_its_words_in_every_language(world: World, notice: Notice) -> None:
    order = world.arrived(locale="zh")
    for language, version in (("en", 90), ("zh", 91)):
        booking = replace(order.booking, locale=language, channel=Channel.TEXT)
        state = next(iter(NOTICE_RULES[notice].true_in))
        found = ReportedProblem(
            Reason.VEHICLE_PRESENT, order.claim.space, "B2", world.clock.now, version
        )
        world.orders._records[order.id] = replace(
            order,
            booking=booking,
            state=state,
            cancelling=Cancellation(order.claim.window.end, Reason.MERCHANT),
            notes=Notes(
                previous_drivers=(PreviousDriver("+14255550177", version),),
                reported_problems=(found,),
            ),
        )
        assert world.send.notice(order.id, version, notice) == "sent"
