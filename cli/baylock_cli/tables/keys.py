"""A list of API keys."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from rich.markup import escape

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.access.scope import DEFAULT_SCOPES, Scope
from baylock.domain.venue.mall import Mall
from baylock.usecases.access.list_keys import ListedKey
from baylock_cli.tables.layout import counted, date_and_time
from baylock_cli.tables.listing import Column, Listing, list_of, utc


def list_keys(mall: Mall, listed: Collection[ListedKey], now: datetime) -> Listing:
    """Keys by merchant, by their ids: their secrets are stored nowhere."""
    return list_of(
        _columns(mall, now),
        listed,
        caption=f"{counted(len(listed), 'key')}, times of {mall.timezone}, last use to the hour",
    )


def _columns(mall: Mall, now: datetime) -> list[Column[ListedKey]]:
    return [
        Column("key", lambda entry: entry.key.id, whole=True),
        Column("mall", lambda entry: entry.key.merchant.mall, title=None),
        Column("merchant", lambda entry: entry.key.merchant.merchant, whole=True),
        Column("kind", lambda entry: "test" if entry.key.test else "live"),
        Column(
            "scopes", lambda entry: sorted(entry.key.scopes), shown=lambda entry: _scopes(entry.key)
        ),
        Column(None, title="limits", shown=_limits),
        Column("burst", lambda entry: _of(entry).burst, title=None),
        Column("calls_per_minute", lambda entry: _of(entry).per_minute, title=None),
        Column("calls_per_day", lambda entry: _of(entry).per_day, title=None),
        Column("calls_today", lambda entry: entry.calls_today, title="today"),
        Column(
            "made_at",
            lambda entry: utc(entry.key.created_at),
            title="made",
            shown=lambda entry: date_and_time(mall, entry.key.created_at),
        ),
        Column(
            "used_at",
            lambda entry: utc(entry.key.used_at),
            title="last used",
            shown=lambda entry: (
                date_and_time(mall, entry.key.used_at) if entry.key.used_at else "never"
            ),
        ),
        Column("revoked_at", lambda entry: utc(entry.key.revoked_at), title=None),
        Column(
            "note", lambda entry: entry.key.note or None, shown=lambda entry: _note(mall, entry.key)
        ),
        Column(
            "expires_at",
            lambda entry: utc(entry.key.expires_at),
            title="expires",
            shown=lambda entry: _expiry(mall, entry.key, now),
        ),
    ]


def _of(entry: ListedKey) -> Limits:
    return entry.key.limits or Limits()


def _limits(entry: ListedKey) -> str:
    limits = _of(entry)
    return f"{limits.burst} at once, {limits.per_minute}/min, {limits.per_day}/day"


def _scopes(key: MerchantKey) -> str:
    if key.scopes >= DEFAULT_SCOPES:
        return "all" if Scope.LINKS_READ in key.scopes else "all but links:read"
    return "\n".join(sorted(key.scopes)) or "nothing"


def _expiry(mall: Mall, key: MerchantKey, now: datetime) -> str:
    if key.expires_at is None:
        return "never"
    written = date_and_time(mall, key.expires_at)
    if key.has_expired(now):
        return f"[red]expired {written}[/]"
    return f"[yellow]{written}[/]" if key.expires_soon(now) else written


def _note(mall: Mall, key: MerchantKey) -> str:
    note = escape(key.note)
    if key.revoked_at is None:
        return note
    return f"[red]revoked {date_and_time(mall, key.revoked_at)}[/] {note}".rstrip()
