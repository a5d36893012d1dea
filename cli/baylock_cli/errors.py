"""Errors of the commands, and their words."""

from __future__ import annotations

from baylock.domain.errors import (
    AlreadyWaiting,
    AmbiguousKey,
    BaylockError,
    InvalidKey,
    InvalidPeriod,
    InvalidSupplement,
    NoSuchConnection,
    NoSuchEvent,
    NoSuchKey,
    NoSuchLot,
    NoWebhook,
    WebhookDisabled,
)
from baylock.usecases.access.find_key import MIN_ID_LETTERS


class CommandError(Exception):
    """A command can't be carried out; the text says why, and what to do next."""


def describe(error: BaylockError) -> str:
    """Return the words of an error for an operator: why, and what to do next."""
    match error:
        case InvalidKey() | InvalidSupplement() | InvalidPeriod():
            return error.reason
        case NoSuchKey():
            # Does not repeat the argument, which may be a secret.
            return "there is no such key; `baylock merchant key list` lists them"
        case AmbiguousKey(ids=()):
            return f"give at least {MIN_ID_LETTERS} characters of the key's id"
        case AmbiguousKey():
            return f"several keys begin like that: {', '.join(error.ids)}; give more of the id"
        case NoSuchConnection():
            return f"there is no connection {error.connection}; `baylock connect list` lists them"
        case NoSuchEvent():
            return f"there is no event {error.event}; events are kept for 30 days"
        case AlreadyWaiting():
            return f"already waiting for delivery: {', '.join(error.events)}"
        case WebhookDisabled():
            return (
                "the merchant's webhook is switched off; the merchant switches it on again with "
                "PUT /v1/webhook"
            )
        case NoWebhook():
            return "the merchant has no webhook; the merchant sets one with PUT /v1/webhook"
        case NoSuchLot():
            return f"there is no lot {error.lot}"
        case _:
            return f"{type(error).__doc__ or ''} {error}".strip()
