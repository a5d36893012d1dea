"""Merchants' secret keys."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

from rich.markup import escape
from rich.table import Table

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.access.scope import EVERY_SCOPE
from baylock.domain.sandbox.sandbox import is_sandbox
from baylock.domain.venue.mall import Mall, MerchantId
from baylock.ports.access import UsageCounters
from baylock.ports.venue import Venues
from baylock_cli.errors import CommandError

MAX_NOTE_LENGTH = 80
MIN_ID_LENGTH = 4


def new_key(
    venues: Venues,
    merchant: MerchantId,
    now: datetime,
    *,
    test: bool = False,
    scopes: Collection[str] = EVERY_SCOPE,
    note: str = "",
    limits: Limits | None = None,
) -> str:
    """Make a key and store its hash; what is returned is nowhere else.

    A test key leads to its merchant's sandbox, which is to be there before it.
    """
    if is_sandbox(merchant.mall):
        raise CommandError("a sandbox is reached with a test key of its own merchant")
    if len(note) > MAX_NOTE_LENGTH or not note.isprintable():
        raise CommandError(f"a note has at most {MAX_NOTE_LENGTH} printable characters")
    key = f"blk_{'test' if test else 'live'}_{secrets.token_urlsafe(32)}"
    venues.save_key(
        MerchantKey(
            digest_of(key), merchant, frozenset(scopes), now, test=test, note=note, limits=limits
        )
    )
    return key


def digest_of(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def key_called(venues: Venues, mall: Mall, which: str) -> MerchantKey:
    """The key with this id, or with this key in clear; the beginning of an id will do."""
    asked = digest_of(which) if which.startswith("blk_") else which.lower()
    if len(asked) < MIN_ID_LENGTH:
        raise CommandError(f"give at least {MIN_ID_LENGTH} characters of the key's id")
    found = [key for key in venues.keys_of(mall.ref) if key.digest.startswith(asked)]
    match found:
        case [key]:
            return key
        case []:
            # What was typed may be a key: it is not repeated.
            raise CommandError(
                f"{mall.name} has no such key; `baylock merchant key list` lists them"
            )
        case _:
            ids = ", ".join(key.id for key in found)
            raise CommandError(f"that may be any of {ids}: give more of the id")


def own_limits(
    before: Limits | None, burst: int | None, per_minute: int | None, per_day: int | None
) -> Limits | None:
    """The limits of a key where some of them are given; None where it keeps to the usual ones."""
    given = {"burst": burst, "per_minute": per_minute, "per_day": per_day}
    changes = {name: value for name, value in given.items() if value is not None}
    if not changes:
        return before
    try:
        return replace(before or Limits(), **changes)
    except ValueError as error:
        raise CommandError(str(error)) from None


def keys_table(
    mall: Mall, keys: Collection[MerchantKey], counts: UsageCounters, now: datetime
) -> Table:
    """Keys by merchant; none of them in clear, as that is not known."""
    calls = counts.calls_on(now.astimezone(UTC).date(), [key.id for key in keys])
    titles = ("key", "merchant", "kind", "may", "limits", "today", "made", "last used", "note")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in titles:
        table.add_column(title)
    for key in keys:
        limits = key.limits or Limits()
        table.add_row(
            key.id,
            escape(key.merchant.merchant),
            "test" if key.test else "live",
            "all" if key.scopes == EVERY_SCOPE else "\n".join(sorted(key.scopes)) or "nothing",
            f"{limits.burst} at once, {limits.per_minute}/min, {limits.per_day}/day",
            str(calls.get(key.id, 0)),
            _moment(mall, key.created_at),
            _moment(mall, key.used_at) if key.used_at else "never",
            _note(mall, key),
        )
    table.caption = f"{len(keys)} keys, times of {mall.timezone}, last use to the hour"
    return table


def _note(mall: Mall, key: MerchantKey) -> str:
    note = escape(key.note)
    if key.revoked_at is None:
        return note
    return f"[red]revoked {_moment(mall, key.revoked_at)}[/] {note}".rstrip()


def _moment(mall: Mall, moment: datetime) -> str:
    return f"{moment.astimezone(mall.zone):%Y-%m-%d %H:%M}"
