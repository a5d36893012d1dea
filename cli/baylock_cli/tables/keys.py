"""A table of API keys."""

from __future__ import annotations

from collections.abc import Collection

from rich.markup import escape
from rich.table import Table

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import MerchantKey
from baylock.domain.access.scope import DEFAULT_SCOPES, Scope
from baylock.domain.venue.mall import Mall
from baylock.usecases.access.list_keys import ListedKey
from baylock_cli.tables.layout import counted, date_and_time, new_table


def keys_table(mall: Mall, listed: Collection[ListedKey]) -> Table:
    """Keys by merchant, by their ids: their secrets are stored nowhere."""
    table = new_table(
        "key", "merchant", "kind", "scopes", "limits", "today", "made", "last used", "note"
    )
    for entry in listed:
        key = entry.key
        limits = key.limits or Limits()
        table.add_row(
            key.id,
            escape(key.merchant.merchant),
            "test" if key.test else "live",
            _scopes(key),
            f"{limits.burst} at once, {limits.per_minute}/min, {limits.per_day}/day",
            str(entry.calls_today),
            date_and_time(mall, key.created_at),
            date_and_time(mall, key.used_at) if key.used_at else "never",
            _note(mall, key),
        )
    table.caption = f"{counted(len(listed), 'key')}, times of {mall.timezone}, last use to the hour"
    return table


def _scopes(key: MerchantKey) -> str:
    if key.scopes >= DEFAULT_SCOPES:
        return "all" if Scope.LINKS_READ in key.scopes else "all but links:read"
    return "\n".join(sorted(key.scopes)) or "nothing"


def _note(mall: Mall, key: MerchantKey) -> str:
    note = escape(key.note)
    if key.revoked_at is None:
        return note
    return f"[red]revoked {date_and_time(mall, key.revoked_at)}[/] {note}".rstrip()
