"""Merchants' API keys."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.access.scope import EVERY_SCOPE, Scope
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
from baylock_cli.tables import keys as tables
from baylock_cli.tables.listing import Format

app = typer.Typer(name="key", help="Secret keys for the API.", no_args_is_help=True)

BurstOption = Annotated[int | None, typer.Option(help="Calls that it may make at once.")]
RateOption = Annotated[int | None, typer.Option(help="Calls a minute, in the long run.")]
PerDayOption = Annotated[int | None, typer.Option(help="Calls a day, from 00:00 UTC.")]
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
        typer.Option(help="What the key may do; repeatable. Everything by default."),
    ] = None,
    note: Annotated[str, typer.Option(help="What the key is for, as in 'till 2'.")] = "",
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
        if test:
            deployment.make_sandbox(owner)
        minted = deployment.mint_key(
            owner,
            test=test,
            scopes=frozenset(scope) if scope else EVERY_SCOPE,
            note=note,
            limits=changed_limits(None, burst, rate, per_day),
        )
        console.print(minted.secret, soft_wrap=True)
        errors.print(f"[dim]its id is {minted.key.id}; the key is not shown again[/]")


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
        print_listing(tables.list_keys(where, listed), written)


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
