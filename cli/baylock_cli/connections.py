"""Connections to merchants' booking systems."""

from __future__ import annotations

import secrets
from dataclasses import replace

from rich.markup import escape
from rich.table import Table

from baylock.domain.connect.connection import Connection, ConnectionId, Questions, System
from baylock.domain.venue.mall import MerchantId
from baylock_cli.errors import CommandError
from baylock_cli.site import Site, now

_ID_BYTES = 18
_SECRET_BYTES = 32


def add(
    site: Site,
    system: System,
    merchant: MerchantId,
    questions: Questions,
    *,
    secret: str | None = None,
    base: str | None = None,
) -> Connection:
    """Make a connection, with a secret for systems that take one from us."""
    id_ = ConnectionId(f"con_{secrets.token_urlsafe(_ID_BYTES)}")
    if secret is None and system is not System.SQUARE:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
    made = Connection(
        id=id_,
        system=system,
        merchant=merchant,
        url=f"{(base or site.api).rstrip('/')}/v1/connect/{system}?c={id_}",
        questions=questions,
        created_at=now(),
        secret=secret or "",
    )
    site.connections.save(made)
    return made


def set_secret(site: Site, id_: ConnectionId, secret: str) -> None:
    """Keep what a system signs with."""
    known = site.connections.find(id_)
    if known is None:
        raise CommandError(f"there is no connection {id_}")
    site.connections.save(replace(known, secret=secret.strip()))


def remove(site: Site, id_: ConnectionId) -> None:
    """Forget a connection."""
    if not site.connections.remove(id_):
        raise CommandError(f"there is no connection {id_}")


def as_table(site: Site) -> Table:
    """Every connection; nothing of their secrets but whether there is one."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title in ("connection", "system", "merchant", "question", "last heard (UTC)", "outcome"):
        table.add_column(title)
    for one in site.connections.every():
        last = one.last_heard
        table.add_row(
            one.id,
            one.system.value,
            f"{one.merchant.mall}/{one.merchant.merchant}",
            escape(one.questions.parking),
            f"{last.at:%Y-%m-%d %H:%M}" if last else "[dim]never[/]",
            last.outcome.value if last else "" if one.secret else "[red]no secret yet[/]",
        )
    return table
