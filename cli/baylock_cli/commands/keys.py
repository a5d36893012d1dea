"""Merchants' secret keys for the API."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.access.limits import Limits
from baylock.domain.access.merchant_key import KEY_ID_LETTERS
from baylock.domain.access.scope import EVERY_SCOPE, Scope
from baylock_cli.commands.context import (
    MallOption,
    MerchantArgument,
    console,
    errors,
    mall_of,
    merchant_of,
    site_of,
    told,
)
from baylock_cli.keys import digest_of, key_called, keys_table, new_key, own_limits
from baylock_cli.sandbox import make_sandbox
from baylock_cli.site import now

app = typer.Typer(name="key", help="Secret keys for the API.", no_args_is_help=True)

BurstOption = Annotated[int | None, typer.Option(help="Calls that it may make at once.")]
RateOption = Annotated[int | None, typer.Option(help="Calls a minute, in the long run.")]
PerDayOption = Annotated[int | None, typer.Option(help="Calls a day, from 00:00 UTC.")]
_KEY_ID = "The key's id, as `baylock merchant key list` has it; its beginning will do."


@app.command("new")
def make_key(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    test: Annotated[
        bool, typer.Option("--test", help="For trying things out: it leads to a sandbox.")
    ] = False,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What it may do; can be given several times. Everything, without."),
    ] = None,
    note: Annotated[str, typer.Option(help="What it is for, as in 'till 2'.")] = "",
    burst: BurstOption = None,
    rate: RateOption = None,
    per_day: PerDayOption = None,
    mall: MallOption = None,
) -> None:
    """Make a secret key for a merchant, beside those that it has.

    The key is shown once: only its hash is stored. Limits that are not given are the usual ones.
    """
    with told():
        site = site_of(context)
        who = merchant_of(site, mall, merchant)
        if test:
            make_sandbox(site, who)
        key = new_key(
            site.venues,
            who,
            now(),
            test=test,
            scopes=frozenset(scope) if scope else EVERY_SCOPE,
            note=note,
            limits=own_limits(None, burst, rate, per_day),
        )
        console.print(key, soft_wrap=True)
        called = digest_of(key)[:KEY_ID_LETTERS]
        errors.print(f"[dim]its id is {called}; the key is not shown again[/]")


@app.command("list")
def list_keys(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Argument(help="Only this merchant's, by ref.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The revoked ones too.")] = False,
    mall: MallOption = None,
) -> None:
    """List the keys of a mall's merchants: what each may do, and when it was last used."""
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        keys = [
            key
            for key in site.venues.keys_of(where.ref)
            if merchant in {None, key.merchant.merchant} and (every or key.revoked_at is None)
        ]
        console.print(keys_table(where, keys, site.usage_counters, now()))


@app.command("revoke")
def revoke_keys(
    context: typer.Context,
    which: Annotated[list[str], typer.Argument(help=_KEY_ID)],
    mall: MallOption = None,
) -> None:
    """Let keys in no more. It takes 30 seconds at most, for which an answer may be remembered."""
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        for key in [key_called(site.venues, where, one) for one in which]:
            site.venues.revoke_key(key.digest, now())
            console.print(f"{key.id} of {escape(key.merchant.merchant)} is revoked")


@app.command("limit")
def limit_key(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help=_KEY_ID)],
    burst: BurstOption = None,
    rate: RateOption = None,
    per_day: PerDayOption = None,
    mall: MallOption = None,
) -> None:
    """Change what a key may call. It takes 30 seconds at most until it counts."""
    with told():
        site = site_of(context)
        key = key_called(site.venues, mall_of(site, mall), which)
        limits = own_limits(key.limits, burst, rate, per_day) or Limits()
        site.venues.limit_key(key.digest, limits)
        console.print(
            f"{key.id} may make {limits.burst} calls at once, {limits.per_minute} a minute, "
            f"{limits.per_day} a day"
        )
