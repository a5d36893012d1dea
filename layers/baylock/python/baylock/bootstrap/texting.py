"""Texts in and out."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from baylock.bootstrap import aws, driver, orders, queues, rings, stores
from baylock.settings import settings

if TYPE_CHECKING:
    from baylock.usecases.texting.answer_driver import AnswerDriver
    from baylock.usecases.texting.answer_merchant import AnswerMerchant
    from baylock.usecases.texting.answer_text import AnswerText
    from baylock.usecases.texting.send_text import SendText
    from baylock.usecases.texting.text_allowance import TextAllowance


@cache
def _text_allowance() -> TextAllowance:
    from baylock.domain.texting.allowance import ACCOUNT_USD_A_DAY
    from baylock.usecases.texting.text_allowance import TextAllowance

    account_usd = int(settings().texts_usd_a_day or ACCOUNT_USD_A_DAY)
    return TextAllowance(stores.message_log(), aws.now, account_usd)


@cache
def _answer_merchant() -> AnswerMerchant:
    from baylock.adapters.dynamodb.signatures import DynamoDBSignatures
    from baylock.usecases.texting.answer_merchant import AnswerMerchant
    from baylock.usecases.texting.check_signature import CheckSignature

    return AnswerMerchant(
        venues=stores.venues(),
        find_booking=orders.find_booking(),
        message_log=stores.message_log(),
        place_booking=orders.place_booking(),
        cancel_booking=orders.cancel_booking(),
        reach_driver=driver.reach_driver(),
        check_signature=CheckSignature(
            DynamoDBSignatures(aws.dynamodb(), settings().texts_table),
            rings.text_key_ring,
            aws.now,
        ),
        privacy_ring=rings.privacy_ring,
        clock=aws.now,
    )


@cache
def _answer_driver() -> AnswerDriver:
    from baylock.usecases.texting.answer_driver import AnswerDriver

    return AnswerDriver(
        venues=stores.venues(),
        orders=stores.orders(),
        message_log=stores.message_log(),
        cancel_booking=orders.cancel_booking(),
        reach_driver=driver.reach_driver(),
        ask_for_help=driver.ask_for_help,
        confirm_problem=driver.confirm_problem,
        admit_driver=driver.admit_driver(),
        extend_stay=driver.extend_stay(),
        leave_space=driver.leave_space(),
        code_ring=rings.code_ring,
        clock=aws.now,
    )


@cache
def answer_text() -> AnswerText:
    """The use case that answers a text that came in."""
    from baylock.usecases.texting.answer_text import AnswerText

    return AnswerText(
        venues=stores.venues(),
        message_log=stores.message_log(),
        effect_queues=queues.effect_queues(),
        allowance=_text_allowance(),
        own_number=settings().platform_number,
        answer_merchant=_answer_merchant,
        answer_driver=_answer_driver,
    )


@cache
def send_text() -> SendText:
    """The use case that sends a text."""
    from baylock.adapters.sns import SnsSmsGateway
    from baylock.domain.texting.prices import MAX_USD, TextPrices
    from baylock.usecases.texting.send_text import SendText

    max_usd = settings().text_max_usd or MAX_USD

    return SendText(
        venues=stores.venues(),
        orders=stores.orders(),
        locks=stores.locks(),
        webhooks=stores.webhooks(),
        message_log=stores.message_log(),
        sms=SnsSmsGateway(aws.client("sns", attempts=1), settings().platform_number, max_usd),
        reach_driver=driver.reach_driver(),
        allowance=_text_allowance(),
        links=stores.links(),
        code_ring=rings.code_ring,
        link_ring=rings.link_ring,
        clock=aws.now,
        link_base=settings().link_base.rstrip("/"),
        prices=TextPrices.parse(settings().text_prices),
        max_usd=max_usd,
    )
