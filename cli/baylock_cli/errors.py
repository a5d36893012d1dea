"""Errors of the commands, and their words."""

from __future__ import annotations

from typing import assert_never

from baylock.domain.errors import (
    AlreadyWaiting,
    AmbiguousKey,
    BaylockError,
    InvalidKey,
    InvalidPeriod,
    InvalidSupplement,
    KeyVersionInUse,
    NoFormerKey,
    NoSuchConnection,
    NoSuchEvent,
    NoSuchKey,
    NoSuchKeyVersion,
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
        case NoSuchKeyVersion() | KeyVersionInUse() | NoFormerKey():
            return _describe_platform_key(error)
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


def _describe_platform_key(error: NoSuchKeyVersion | KeyVersionInUse | NoFormerKey) -> str:
    match error:
        case NoSuchKeyVersion():
            return f"there is no version {error.number}; `baylock keys list` lists them"
        case KeyVersionInUse():
            return (
                f"version {error.number} is in force, or will be: `baylock keys rotate` first, "
                "and drop it once the new version is in force"
            )
        case NoFormerKey():
            return "this stack began with a key for each purpose: there is nothing to adopt"
        case _:
            assert_never(error)
