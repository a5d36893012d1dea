"""The messages of our queues: both sides agree, and messages in flight are still read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baylock.domain.errors import UnreadableMessage
from baylock.domain.orders.notice import Notice
from baylock.domain.queues.messages import (
    AlarmMessage,
    DeliveryMessage,
    LockMessage,
    NoticeMessage,
    ReplyMessage,
    SandboxMessage,
    WebhookDisabledMessage,
    decode_delivery_message,
    decode_lock_message,
    decode_sandbox_message,
    decode_text_message,
)
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef

EVENTS = Path(__file__).parents[2] / "events"

Decode = Callable[[Mapping[str, Any]], Any]

MERCHANTS = st.builds(MerchantId, st.text(min_size=1), st.text(min_size=1))
IDS = st.text(min_size=1)
VERSIONS = st.integers(min_value=1)

MESSAGES: dict[str, tuple[Decode, st.SearchStrategy[Any]]] = {
    "lock": (
        decode_lock_message,
        st.builds(LockMessage, IDS, st.none(), st.none())
        | st.builds(LockMessage, IDS, IDS, VERSIONS),
    ),
    "notice": (
        decode_text_message,
        st.builds(NoticeMessage, IDS, VERSIONS, st.sampled_from(Notice)),
    ),
    "answer": (decode_text_message, st.builds(ReplyMessage, IDS)),
    "alarm": (decode_text_message, st.builds(AlarmMessage, IDS, VERSIONS)),
    "webhook disabled": (decode_text_message, st.builds(WebhookDisabledMessage, MERCHANTS)),
    "delivery": (decode_delivery_message, st.builds(DeliveryMessage, MERCHANTS, IDS)),
    "sandbox": (
        decode_sandbox_message,
        st.builds(SandboxMessage, IDS, st.none() | st.integers(min_value=1)),
    ),
}


@pytest.mark.parametrize("kind", MESSAGES)
@given(data=st.data())
def test_message_is_read_as_it_was_written(kind: str, data: st.DataObject) -> None:
    decode, messages = MESSAGES[kind]
    message = data.draw(messages)
    decoded = decode(json.loads(json.dumps(message.encode())))
    assert (type(decoded), decoded) == (type(message), message)


NOODLES = MerchantId(MallRef("harbour"), MerchantRef("M07"))

IN_FLIGHT: list[tuple[Decode, dict[str, Any], object]] = [
    (
        decode_lock_message,
        {"lock": "harbour-P1-B2-017", "order": "ord_fhximlfi7ahq", "version": 2},
        LockMessage("harbour-P1-B2-017", "ord_fhximlfi7ahq", 2),  # type: ignore[arg-type]
    ),
    (
        decode_lock_message,
        {"lock": "harbour-P1-B2-017"},
        LockMessage("harbour-P1-B2-017"),  # type: ignore[arg-type]
    ),
    (
        decode_text_message,
        {"order": "ord_fhximlfi7ahq", "version": 1, "notice": "driver_reserved"},
        NoticeMessage("ord_fhximlfi7ahq", 1, Notice.DRIVER_RESERVED),  # type: ignore[arg-type]
    ),
    (decode_text_message, {"answer_to": "in-1"}, ReplyMessage("in-1")),
    (
        decode_text_message,
        {"alarm": "harbour-P1-B2-017", "version": 4},
        AlarmMessage("harbour-P1-B2-017", 4),  # type: ignore[arg-type]
    ),
    (
        decode_text_message,
        {"webhook_disabled": {"mall": "harbour", "merchant": "M07"}},
        WebhookDisabledMessage(NOODLES),
    ),
    (
        decode_delivery_message,
        {"event": "evt_fhximlfi7ahq_3_order-held", "mall": "harbour", "merchant": "M07"},
        DeliveryMessage(NOODLES, "evt_fhximlfi7ahq_3_order-held"),  # type: ignore[arg-type]
    ),
    (
        decode_sandbox_message,
        {"lock": "sandbox-1", "asked": 3},
        SandboxMessage("sandbox-1", 3),  # type: ignore[arg-type]
    ),
]


@pytest.mark.parametrize(("decode", "fields", "message"), IN_FLIGHT)
def test_wire_format_is_fixed(decode: Decode, fields: dict[str, Any], message: Any) -> None:
    assert decode(fields) == message
    assert message.encode() == fields


RECORDED = {
    "sqs_adjust_lock": decode_lock_message,
    "sqs_send_text": decode_text_message,
    "sqs_deliver_webhook": decode_delivery_message,
    "sqs_sandbox_lock": decode_sandbox_message,
}


@pytest.mark.parametrize("name", RECORDED)
def test_recorded_events_hold_messages(name: str) -> None:
    event = json.loads((EVENTS / f"{name}.json").read_text())
    for record in event["Records"]:
        fields = json.loads(record["body"])
        assert RECORDED[name](fields).encode() == fields


UNREADABLE: dict[Decode, list[dict[str, Any]]] = {
    decode_lock_message: [{}, {"lock": 1}, {"lock": "l", "order": 1}, {"order": "ord_x"}],
    decode_text_message: [
        {},
        {"order": "ord_x", "version": 1},
        {"order": "ord_x", "version": "1", "notice": "driver_reserved"},
        {"order": "ord_x", "version": 1, "notice": "unknown"},
        {"alarm": "l"},
        {"answer_to": None},
        {"webhook_disabled": {"mall": "harbour"}},
        {"webhook_disabled": "M07"},
    ],
    decode_delivery_message: [{}, {"event": "evt_1", "mall": "harbour"}],
    decode_sandbox_message: [{}, {"lock": 1}, {"asked": 1}],
}


@pytest.mark.parametrize(
    ("decode", "fields"),
    [(decode, fields) for decode, several in UNREADABLE.items() for fields in several],
)
def test_any_other_object_is_unreadable(decode: Decode, fields: dict[str, Any]) -> None:
    with pytest.raises(UnreadableMessage):
        decode(fields)
