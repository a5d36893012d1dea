"""Merchants: operators' supplements to them, and the key that they sign texts with."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.access.key_ring import Purpose
from baylock.domain.texting.signature import TextKey, newest_key
from baylock.domain.venue.mall import MerchantRef, MerchantSupplement, Overrides
from baylock.usecases.texting.change_text_key import ChangeTextKey
from baylock.usecases.venue.drop_supplement import DropSupplement
from baylock.usecases.venue.supplement_merchant import SupplementMerchant
from baylock_cli.commands import keys
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
from baylock_cli.tables.listing import Format
from baylock_cli.tables.merchants import list_of_merchants

app = typer.Typer(name="merchant", help="Merchants and their secret keys.", no_args_is_help=True)
app.add_typer(keys.app)


@app.command("list")
def list_merchants(
    context: typer.Context, mall: MallOption = None, written: FormatOption = Format.TABLE
) -> None:
    """List a mall's merchants."""
    with report_errors():
        deployment = deployment_of(context)
        print_listing(list_of_merchants(deployment, mall_of(deployment, mall)), written)


@app.command("add")
def add_to_merchant(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    name: Annotated[str | None, typer.Option(help="The name that drivers read.")] = None,
    beside: Annotated[
        str | None,
        typer.Option(
            help="For a merchant that is not on the plan: the ref of one whose entrance it shares."
        ),
    ] = None,
    phone: Annotated[str | None, typer.Option(help="The number that it texts from.")] = None,
    locale: Annotated[
        str | None, typer.Option(help="The language of its texts, such as zh-CN.")
    ] = None,
    arrive_early: Annotated[
        int | None,
        typer.Option(
            min=0, max=1440, help="Minutes before the booking from which the space is kept."
        ),
    ] = None,
    leave_late: Annotated[
        int | None,
        typer.Option(min=0, max=1440, help="Minutes after the booking until which it is kept."),
    ] = None,
    lead: Annotated[
        int | None,
        typer.Option(
            min=0, max=1440, help="Minutes by which the barrier goes up before the space is kept."
        ),
    ] = None,
    grace: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=1440,
            help="Minutes after the time of the booking after which a driver is a no-show.",
        ),
    ] = None,
    duration: Annotated[
        int | None,
        typer.Option(min=0, max=1440, help="Minutes of a booking that gives no duration."),
    ] = None,
    mall: MallOption = None,
) -> None:
    """Add to what the mall's plan has of a merchant, or add a merchant that is not on it.

    Applies at once, and to later imports too. Options that are not given keep their value. Times
    are in minutes, and override those of the lot.
    """
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        times = {
            "arrive_early": arrive_early,
            "leave_late": leave_late,
            "lead": lead,
            "grace": grace,
            "duration": duration,
        }
        supplement = MerchantSupplement(
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
        supplement_merchant = SupplementMerchant(
            deployment.venues, deployment.plans, deployment.now
        )
        known = supplement_merchant(where, supplement)
        console.print(f"{known.ref} {escape(known.name)}: phone {known.phone or 'none'}")


@app.command("remove")
def remove_from_merchant(
    context: typer.Context, merchant: MerchantArgument, mall: MallOption = None
) -> None:
    """Remove what was added to a merchant, and the merchant if it is not on the plan.

    A merchant on the plan is as drawn again after the next import. Orders stay.
    """
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        drop = DropSupplement(deployment.venues, deployment.plans, deployment.now)
        is_gone = drop(where, MerchantRef(merchant))
        console.print(
            f"{merchant} is gone"
            if is_gone
            else f"{merchant} is as on the plan after the next import"
        )


@app.command("text-key")
def show_text_key(
    context: typer.Context,
    merchant: MerchantArgument,
    rotate: Annotated[
        bool,
        typer.Option("--rotate", help="Make a new key; the present one stays valid beside it."),
    ] = False,
    end_older: Annotated[
        bool, typer.Option("--end-older", help="From now on only the newest key is valid.")
    ] = False,
    demand: Annotated[
        bool | None,
        typer.Option("--demand/--no-demand", help="Whether texts must be signed."),
    ] = None,
    mall: MallOption = None,
) -> None:
    """Show the key that a merchant signs its texts with, and set whether texts must be signed."""
    with report_errors():
        deployment = deployment_of(context)
        who = merchant_of(deployment, mall, merchant)
        change_text_key = ChangeTextKey(deployment.signatures, deployment.now)
        key = change_text_key(who, rotate=rotate, end_older=end_older, demand=demand)
        typer.echo(newest_key(who, key, deployment.ring(Purpose.TEXT_KEYS)))
        errors.print(f"[dim]{_described(key)}[/]", soft_wrap=True)


def _described(key: TextKey) -> str:
    older = ", the key before it is valid too" if key.oldest < key.generation else ""
    unsigned = "change nothing" if key.demanded else "are accepted too"
    return f"key {key.generation}{older}; unsigned texts {unsigned}"
