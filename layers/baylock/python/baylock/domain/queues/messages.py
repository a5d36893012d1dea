"""The messages on our own queues: what each holds, and its JSON object.

A message holds identities only, never personal data: the function that receives it reads the
current state. Field names may not change while messages are in flight. Every `decode_…` raises
UnreadableMessage where the object is no message of its queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from baylock.domain.access.access_change import AccessChange
from baylock.domain.booking.booking import OrderId
from baylock.domain.errors import UnreadableMessage
from baylock.domain.orders.notice import Notice
from baylock.domain.venue.mall import MallRef, MerchantId, MerchantRef, Tenancy, ThingName
from baylock.domain.webhooks.event import EventId

Fields = dict[str, Any]

# ── the queue of locks ───────────────────────────────────────────────────────────────────────────


class LockMessage(NamedTuple):
    """Reconcile this lock.

    `order` and `version` are the change that asks for it; None where no order changed.
    """

    lock: ThingName
    order: OrderId | None = None
    version: int | None = None

    def encode(self) -> Fields:
        """The JSON object."""
        if self.order is None:
            return {"lock": self.lock}
        return {"lock": self.lock, "order": self.order, "version": self.version}


def decode_lock_message(fields: Mapping[str, Any]) -> LockMessage:
    """From a JSON object."""
    lock, order, version = fields.get("lock"), fields.get("order"), fields.get("version")
    if not isinstance(lock, str) or not isinstance(order, str | None):
        raise UnreadableMessage("names no lock")
    return LockMessage(
        ThingName(lock),
        OrderId(order) if order else None,
        version if isinstance(version, int) else None,
    )


# ── the queue of texts ───────────────────────────────────────────────────────────────────────────


class NoticeMessage(NamedTuple):
    """Send a notice that follows from this version of an order."""

    order: OrderId
    version: int
    notice: Notice

    def encode(self) -> Fields:
        """The JSON object."""
        return {"order": self.order, "version": self.version, "notice": self.notice.value}


class ReplyMessage(NamedTuple):
    """Send the recorded answer to an inbound text, by that text's id."""

    text: str

    def encode(self) -> Fields:
        """The JSON object."""
        return {"answer_to": self.text}


class AlarmMessage(NamedTuple):
    """Send a lock's alarm to the mall; `version` is the alarm's."""

    lock: ThingName
    version: int

    def encode(self) -> Fields:
        """The JSON object."""
        return {"alarm": self.lock, "version": self.version}


class WebhookDisabledMessage(NamedTuple):
    """Tell a merchant that its webhook was disabled."""

    merchant: MerchantId

    def encode(self) -> Fields:
        """The JSON object."""
        return {"webhook_disabled": _merchant_fields(self.merchant)}


class AccessChangedMessage(NamedTuple):
    """Tell a merchant that something that may act for it was added or changed."""

    merchant: MerchantId
    change: AccessChange

    def encode(self) -> Fields:
        """The JSON object."""
        return {
            "access_changed": _merchant_fields(self.merchant),
            "change": self.change.value,
        }


TextMessage = (
    NoticeMessage | ReplyMessage | AlarmMessage | WebhookDisabledMessage | AccessChangedMessage
)

_CHANGES = frozenset(change.value for change in AccessChange)
_NOTICES = frozenset(notice.value for notice in Notice)


def decode_text_message(fields: Mapping[str, Any]) -> TextMessage:
    """From a JSON object."""
    match fields:
        case {"answer_to": str(text)}:
            return ReplyMessage(text)
        case {"order": str(order), "version": int(version), "notice": str(notice)} if (
            notice in _NOTICES
        ):
            return NoticeMessage(OrderId(order), version, Notice(notice))
        case {"alarm": str(lock), "version": int(version)}:
            return AlarmMessage(ThingName(lock), version)
        case {"webhook_disabled": {"mall": str(), "merchant": str()} as who}:
            return WebhookDisabledMessage(_merchant(who))
        case {"access_changed": {"mall": str(), "merchant": str()} as who, "change": str(what)} if (
            what in _CHANGES
        ):
            return AccessChangedMessage(_merchant(who), AccessChange(what))
        case _:
            raise UnreadableMessage("not a notice, an answer or an alarm")


# ── the queue of webhooks ────────────────────────────────────────────────────────────────────────


class DeliveryMessage(NamedTuple):
    """Deliver an event that has been stored."""

    merchant: MerchantId
    event: EventId

    def encode(self) -> Fields:
        """The JSON object."""
        return {"event": self.event, **_merchant_fields(self.merchant)}


def decode_delivery_message(fields: Mapping[str, Any]) -> DeliveryMessage:
    """From a JSON object."""
    match fields:
        case {"event": str(event), "mall": str(), "merchant": str()}:
            return DeliveryMessage(_merchant(fields), EventId(event))
        case _:
            raise UnreadableMessage("not a delivery")


# ── the queue of sandboxes ───────────────────────────────────────────────────────────────────────


class SandboxMessage(NamedTuple):
    """A sandbox's lock has a new desired state, or (`asked` is None) its barrier has moved.

    The rules in infra/locks.yaml write these. `asked` is the version of the desired state.
    """

    lock: ThingName
    asked: int | None = None

    def encode(self) -> Fields:
        """The JSON object."""
        return (
            {"lock": self.lock} if self.asked is None else {"lock": self.lock, "asked": self.asked}
        )


def decode_sandbox_message(fields: Mapping[str, Any]) -> SandboxMessage:
    """From a JSON object."""
    match fields:
        case {"lock": str(lock), "asked": int(asked)}:
            return SandboxMessage(ThingName(lock), asked)
        case {"lock": str(lock)}:
            return SandboxMessage(ThingName(lock))
        case _:
            raise UnreadableMessage("names no lock")


def _merchant_fields(merchant: MerchantId) -> Fields:
    tenancy = {"tenancy": merchant.tenancy} if merchant.tenancy else {}
    return {"mall": merchant.mall, "merchant": merchant.merchant, **tenancy}


def _merchant(fields: Mapping[str, Any]) -> MerchantId:
    return MerchantId(
        MallRef(fields["mall"]),
        MerchantRef(fields["merchant"]),
        Tenancy(str(fields.get("tenancy", ""))),
    )
