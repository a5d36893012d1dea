"""Merchants' API keys."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.access.access_change import AccessChange
from baylock.domain.access.scope import DEFAULT_SCOPES, Scope
from baylock.domain.venue.mall import Mall
from baylock.usecases.access.limit_key import LimitKey, changed_limits
from baylock.usecases.access.list_keys import ListKeys
from baylock.usecases.access.revoke_keys import RevokeKeys
from baylock_cli.commands.context import (
    FormatOption,
    MallOption,
    MerchantArgument,
    console,
    deployment_of,
    errors,
    mall_of,
    merchant_of,
    print_listing,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables import keys as tables
from baylock_cli.tables.layout import date_and_time
from baylock_cli.tables.listing import Format

app = typer.Typer(name="key", help="Secret keys for the API.", no_args_is_help=True)

BurstOption = Annotated[int | None, typer.Option(help="Calls that it may make at once.")]
RateOption = Annotated[int | None, typer.Option(help="Calls a minute, in the long run.")]
PerDayOption = Annotated[int | None, typer.Option(help="Calls a day, from 00:00 UTC.")]
_DAYS = re.compile("([1-9][0-9]{0,4})d")
_KEY_ID = "The key's id, as `baylock merchant key list` shows it; its first letters are enough."


@app.command("new")
def make_key(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    test: Annotated[
        bool, typer.Option("--test", help="A test key, which acts in a sandbox: docs/sandbox.md.")
    ] = False,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What the key may do; repeatable. All but links:read by default."),
    ] = None,
    note: Annotated[str, typer.Option(help="What the key is for, as in 'till 2'.")] = "",
    expires: Annotated[
        str | None,
        typer.Option(
            metavar="DAY|DAYSd",
            help="The last day on which it is valid (2027-06-30, the mall's own), or for how many "
            "days (365d). Without it the key is valid until it is revoked.",
        ),
    ] = None,
    burst: BurstOption = None,
    rate: RateOption = None,
    per_day: PerDayOption = None,
    mall: MallOption = None,
) -> None:
    """Make a secret key for a merchant, beside those that it has.

    The key is shown once: only its hash is stored. Limits that are not given are the default ones.
    """
    with report_errors():
        deployment = deployment_of(context)
        owner = merchant_of(deployment, mall, merchant)
        where = mall_of(deployment, owner.mall)
        expires_at = _expiry(expires, where, deployment.now()) if expires else None
        if test:
            deployment.make_sandbox(owner)
        minted = deployment.mint_key(
            owner,
            test=test,
            scopes=frozenset(scope) if scope else DEFAULT_SCOPES,
            note=note,
            limits=changed_limits(None, burst, rate, per_day),
            expires_at=expires_at,
        )
        if not test:
            deployment.tell_of(owner, AccessChange.KEY)
        console.print(minted.secret, soft_wrap=True)
        ends = (
            f"valid until {date_and_time(where, expires_at)}"
            if expires_at
            else "valid until it is revoked (--expires sets an end)"
        )
        errors.print(
            f"[dim]its id is {minted.key.id}, {ends}; the key is not shown again[/]",
            soft_wrap=True,
        )


def _expiry(written: str, mall: Mall, now: datetime) -> datetime:
    """Return the moment at which a key ends; CommandError where it can't be read."""
    if days := _DAYS.fullmatch(written):
        return now + timedelta(days=int(days[1]))
    try:
        last = date.fromisoformat(written)
        return datetime.combine(last + timedelta(days=1), time(0), mall.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise CommandError(
            f"--expires {written}: a day such as 2027-06-30, or a number of days such as 365d"
        ) from None


@app.command("list")
def list_keys(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Argument(help="Only this merchant's, by ref.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Revoked keys too.")] = False,
    mall: MallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """List the keys of a mall's merchants: what each may do, and when it was last used."""
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        list_keys_of = ListKeys(deployment.merchant_keys, deployment.usage_counters, deployment.now)
        listed = list_keys_of(where.ref, merchant, revoked=every)
        if merchant is not None and not listed:
            merchant_of(deployment, mall, merchant)  # keys outlive their merchant
        print_listing(tables.list_keys(where, listed, deployment.now()), written)


@app.command("revoke")
def revoke_keys(
    context: typer.Context,
    which: Annotated[list[str], typer.Argument(metavar="keys...", help=_KEY_ID)],
    mall: MallOption = None,
) -> None:
    """Revoke keys. API Gateway may let them in for 30 seconds more."""
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        for key in RevokeKeys(deployment.merchant_keys, deployment.now)(where.ref, which):
            console.print(f"{key.id} of {escape(key.merchant.merchant)} is revoked")


@app.command("limit")
def limit_key(
    context: typer.Context,
    which: Annotated[str, typer.Argument(metavar="key", help=_KEY_ID)],
    burst: BurstOption = None,
    rate: RateOption = None,
    per_day: PerDayOption = None,
    mall: MallOption = None,
) -> None:
    """Change a key's limits. They apply within 30 seconds."""
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        key = LimitKey(deployment.merchant_keys)(
            where.ref, which, burst=burst, per_minute=rate, per_day=per_day
        )
        if key.limits:
            console.print(
                f"{key.id} may make {key.limits.burst} calls at once, "
                f"{key.limits.per_minute} a minute, {key.limits.per_day} a day"
            )
