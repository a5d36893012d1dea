"""Merchants: operators' supplements to them, and what shows that their texts are theirs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from secrets import randbelow, token_bytes
from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.access.access_change import AccessChange
from baylock.domain.access.key_ring import Purpose
from baylock.domain.errors import TooLate
from baylock.domain.orders.order import Order
from baylock.domain.texting.signature import PIN_DIGITS, TextKey, newest_key
from baylock.domain.venue.mall import Mall, MerchantRef, MerchantSupplement, Overrides
from baylock.domain.venue.sandbox_ref import is_sandbox
from baylock.domain.venue.tenancy import is_same_name
from baylock.usecases.texting.change_text_key import ChangePin, ChangeTextKey
from baylock.usecases.venue.drop_supplement import DropSupplement
from baylock.usecases.venue.retire_merchant import Leaving, RetireMerchant
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
from baylock_cli.errors import CommandError
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Format
from baylock_cli.tables.merchants import list_of_merchants, words_of_credentials

OFFER = (
    "Sender numbers can be forged: anybody can book and cancel in this merchant's name. Offer it a "
    "PIN for its staff (`baylock merchant pin {merchant} --new`) or a signature for its programs "
    "(`baylock merchant text-key {merchant} --demand`)."
)

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
        before = deployment.venues.merchants(where.ref)
        was = next((one.name for one in before if one.ref == supplement.ref), None)
        known = supplement_merchant(where, supplement)
        if was is not None and not is_same_name(was, known.name):
            errors.print(
                f"[yellow]{escape(was)} is {escape(known.name)} now, and keeps its keys. If "
                f"another shop has moved in: baylock merchant retire {escape(known.ref)}[/]",
                soft_wrap=True,
            )
        console.print(f"{known.ref} {escape(known.name)}: phone {known.phone or 'none'}")
        who = merchant_of(deployment, mall, merchant)
        if known.phone and not deployment.signatures.text_key(who).demands_proof:
            console.print(OFFER.format(merchant=escape(known.ref)), soft_wrap=True)


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


@app.command("retire")
def retire_merchant(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    cancel_orders: Annotated[
        bool,
        typer.Option(
            "--cancel-orders",
            help="Cancel its live orders too; by default they stay, as drivers count on them.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    mall: MallOption = None,
) -> None:
    """End what a merchant that moves out has: keys, webhook, connections, text key, phone.

    The ref stays on the plan, for whoever moves in: another merchant, which gets nothing of the
    former one, and does not see its orders. Those that are live stay until they end. Repeat the
    command if it fails half-way; it then does the rest.
    """
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        retire = deployment.retire_merchant
        leaving = None if is_sandbox(where.ref) else retire.look(where, MerchantRef(merchant))
        if leaving is None:
            raise CommandError(
                f"{where.name} has no merchant {merchant}; `baylock merchant list` lists them"
            )
        if leaving.unfinished or leaving.has_anything:
            _move_out(retire, where, leaving, yes=yes)
        else:
            console.print(f"{merchant} has nothing that could act for it", markup=False)
        if cancel_orders:
            _cancel(retire, retire.live_of_former(where, leaving.ref))
        elif leaving.live:
            console.print(
                f"{counted(len(leaving.live), 'live order')} stay until they end; "
                "--cancel-orders cancels them"
            )


def _move_out(retire: RetireMerchant, mall: Mall, leaving: Leaving, *, yes: bool) -> None:
    has = words_of_credentials(leaving.credentials, 0) or "no key, webhook or connection"
    if leaving.unfinished:
        retire(mall, leaving.ref)
        console.print(f"{leaving.ref}: finished what was begun; there was {has}", markup=False)
        return
    name = leaving.merchant.name if leaving.merchant else "the merchant of before"
    if not yes:
        typer.confirm(f"Retire {name} ({leaving.ref}), which has {has}?", abort=True, err=True)
    retire(mall, leaving.ref)
    console.print(f"{name} ({leaving.ref}) has moved out: {has}", markup=False, soft_wrap=True)


def _cancel(retire: RetireMerchant, live: Iterable[Order]) -> None:
    for order in live:
        try:
            retire.cancel(order)
        except TooLate:
            console.print(f"{order.id} stays: its driver is in")
        else:
            console.print(f"{order.id} is cancelled")


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
        if rotate or end_older or demand is not None:
            deployment.tell_of(who, AccessChange.TEXT_KEY)
        typer.echo(newest_key(who, key, deployment.ring(Purpose.TEXT_KEYS)))
        errors.print(f"[dim]{_described(key)}[/]", soft_wrap=True)


@app.command("pin")
def change_pin(
    context: typer.Context,
    merchant: MerchantArgument,
    new: Annotated[
        bool, typer.Option("--new", help="Make a new PIN and print it, this once.")
    ] = False,
    demand: Annotated[
        bool | None,
        typer.Option(
            "--demand/--no-demand", help="Whether texts must have the PIN, or a signature."
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the PIN away.")] = False,
    mall: MallOption = None,
) -> None:
    """Give a merchant a PIN for its texts: PIN 482163 before the text, or after it.

    Of the PIN only a hash is stored. A new one is demanded at once, unless --no-demand is given:
    from then on texts with neither PIN nor signature change nothing. Five wrong PINs shut out every
    PIN for an hour.
    """
    with report_errors():
        deployment = deployment_of(context)
        who = merchant_of(deployment, mall, merchant)
        change = ChangePin(deployment.signatures)
        key = deployment.signatures.text_key(who)
        if remove:
            key = change.take_away(who)
        elif new:
            digits = f"{randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
            key = change.give(who, digits, token_bytes(16))
            typer.echo(digits)
        if demand is not None and not remove:
            key = change.demand(who, demand)
        errors.print(f"[dim]{_pin_described(key)}[/]", soft_wrap=True)


def _pin_described(key: TextKey) -> str:
    if key.pin is None:
        return "no PIN; --new makes one"
    return f"has a PIN; texts without it {'change nothing' if key.demands_proof else 'count too'}"


def _described(key: TextKey) -> str:
    older = ", the key before it is valid too" if key.oldest < key.generation else ""
    unsigned = "change nothing" if key.demanded else "are accepted too"
    return f"key {key.generation}{older}; unsigned texts {unsigned}"
