"""Merchants: what the plan does not say of them, and the key that they sign texts with."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.texting.signature import text_key
from baylock.domain.venue.mall import MerchantRef, MerchantSupplement, Overrides
from baylock_cli import board, text_keys
from baylock_cli.commands import keys
from baylock_cli.commands.context import (
    MallOption,
    MerchantArgument,
    console,
    mall_of,
    merchant_of,
    site_of,
    told,
)
from baylock_cli.site import now
from venue_import.supplements import add_merchant, remove_addition

app = typer.Typer(name="merchant", help="Merchants and their secret keys.", no_args_is_help=True)
app.add_typer(keys.app)


@app.command("list")
def list_merchants(context: typer.Context, mall: MallOption = None) -> None:
    """List a mall's merchants."""
    with told():
        site = site_of(context)
        console.print(board.merchants(site, mall_of(site, mall)))


@app.command("add")
def add_to_merchant(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    name: Annotated[str | None, typer.Option(help="As drivers read it.")] = None,
    beside: Annotated[
        str | None,
        typer.Option(
            help="For a merchant that is not on the plan: the ref of one whose entrance it shares."
        ),
    ] = None,
    phone: Annotated[str | None, typer.Option(help="The number that it texts from.")] = None,
    locale: Annotated[str | None, typer.Option(help="As in zh-CN.")] = None,
    arrive_early: Annotated[
        int | None,
        typer.Option(
            min=0, max=1440, help="How long before the time of the booking the space is kept."
        ),
    ] = None,
    leave_late: Annotated[
        int | None, typer.Option(min=0, max=1440, help="How long it is kept after the booking.")
    ] = None,
    lead: Annotated[
        int | None,
        typer.Option(
            min=0, max=1440, help="How long before the space is kept its barrier goes up."
        ),
    ] = None,
    grace: Annotated[
        int | None,
        typer.Option(
            min=0, max=1440, help="How long a driver is waited for after the time of the booking."
        ),
    ] = None,
    duration: Annotated[
        int | None,
        typer.Option(min=0, max=1440, help="How long a booking is that does not say it."),
    ] = None,
    mall: MallOption = None,
) -> None:
    """Say of a merchant what the mall's plan does not, or add one that is not on it.

    Counts at once, and stays through imports. What was said before and is not given stays. Times
    are in minutes, and go before those of the lot.
    """
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        times = {
            "arrive_early": arrive_early,
            "leave_late": leave_late,
            "lead": lead,
            "grace": grace,
            "duration": duration,
        }
        said = MerchantSupplement(
            MerchantRef(merchant),
            name=name,
            beside=MerchantRef(beside) if beside else None,
            phone=phone,
            locale=locale,
            overrides=Overrides(
                **{
                    name: timedelta(minutes=minutes)
                    for name, minutes in times.items()
                    if minutes is not None
                }
            ),
        )
        one = add_merchant(site.venues, site.plans, where, said, now())
        console.print(f"{one.ref} {escape(one.name)}: phone {one.phone or 'none'}")


@app.command("remove")
def remove_from_merchant(
    context: typer.Context, merchant: MerchantArgument, mall: MallOption = None
) -> None:
    """Take back what was added to a merchant, and the merchant if it is not on the plan.

    One that is on the plan is as drawn again from the next import on. Orders stay.
    """
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        gone = remove_addition(site.venues, site.plans, where, MerchantRef(merchant), now())
        console.print(f"{merchant} is gone" if gone else f"{merchant}: import the plan again")


@app.command("text-key")
def show_text_key(
    context: typer.Context,
    merchant: MerchantArgument,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new key; the present one counts on beside it.")
    ] = False,
    end_older: Annotated[
        bool, typer.Option("--end-older", help="Only the newest key counts from now on.")
    ] = False,
    demand: Annotated[
        bool | None,
        typer.Option("--demand/--no-demand", help="Whether unsigned texts change nothing."),
    ] = None,
    mall: MallOption = None,
) -> None:
    """Show the key that a merchant signs its texts with, and set whether they must be signed."""
    with told():
        site = site_of(context)
        who = merchant_of(site, mall, merchant)
        counts = text_keys.change(
            site.signatures, who, rotate=rotate, end_older=end_older, demand=demand
        )
        typer.echo(text_key(who, counts.generation, site.code_key))
        console.print(f"[dim]{text_keys.describe(counts)}[/]", soft_wrap=True)
