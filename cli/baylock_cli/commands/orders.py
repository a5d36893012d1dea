"""Orders, incidents, and the report on kept promises."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from baylock.domain.access.key_ring import Purpose
from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.reports.ledger import By
from baylock.domain.venue.mall import Mall, MerchantId
from baylock.usecases.driver.issue_link import IssueLink
from baylock.usecases.reports.list_incidents import ListIncidents
from baylock.usecases.reports.read_orders import ReadOrders
from baylock.usecases.reports.read_report import ReadReport
from baylock_cli.commands.context import (
    FormatOption,
    MallOption,
    console,
    counting,
    deployment_of,
    mall_of,
    malls_of,
    merchant_of,
    print_listing,
    report_errors,
)
from baylock_cli.commands.period import DAY_OR_TIME, Period, day_of, period_of
from baylock_cli.errors import CommandError
from baylock_cli.tables import incidents, report
from baylock_cli.tables.layout import counted
from baylock_cli.tables.listing import Format, print_table
from baylock_cli.tables.orders import list_of_orders, order_table

if TYPE_CHECKING:
    from deployment import Deployment

app = typer.Typer()

_LONGEST = timedelta(days=2)
"""No window is longer than a day, and a driver's extra time."""

OrderArgument = Annotated[str, typer.Argument(metavar="order", help="The order's id: ord_…")]
OnlyMallOption = Annotated[str | None, typer.Option("--mall", help="Only this mall's, by ref.")]


@app.command()
def orders(
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar=DAY_OR_TIME,
            help="From this day or time: 2026-12-01, '2026-12-01 18:30', today, tomorrow.",
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar=DAY_OR_TIME, help="To the end of this day, or to this time."),
    ] = None,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's, by ref.")] = None,
    plate: Annotated[
        str | None, typer.Option(help="Only this number plate, however it is spaced.")
    ] = None,
    state: Annotated[
        list[State] | None, typer.Option(help="Only orders in this state; repeatable.")
    ] = None,
    mall: MallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """List orders whose window is in a period, newest first; without --from and --to today's.

    Days and times are the mall's own. With --from alone everything later is listed too, with --to
    alone everything earlier.
    """
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        if merchant is not None:
            merchant_of(deployment, mall, merchant)
        if plate is not None and not _bare(plate):
            raise CommandError("--plate needs a number plate: letters and digits")
        period = period_of(where, deployment.now(), first, last)
        found = _orders_in(deployment, where, period, merchant, state or ())
        asked = period.asked
        if plate is not None:
            found = [one for one in found if _bare(one.booking.plate or "") == _bare(plate)]
            asked = f"of {plate} {asked}"
        if merchant is not None:
            asked = f"of {merchant} {asked}"
        if first is None and last is None:
            asked += " (other days: --from, --to)"
        print_listing(list_of_orders(where, found, asked), written)


def _orders_in(
    deployment: Deployment,
    mall: Mall,
    period: Period,
    merchant: str | None,
    states: Collection[State],
) -> list[Order]:
    """Return the orders whose window has a moment of the period."""
    read_orders = ReadOrders(deployment.venues, deployment.orders)
    return [
        order
        for known in deployment.venues.merchants(mall.ref)
        if merchant in {None, known.ref}
        for order in read_orders.of_merchant(
            MerchantId(mall.ref, known.ref),
            starts_from=period.start - _LONGEST,
            starts_before=period.end,
            states=states,
        )
        if order.claim.window.end > period.start
    ]


def _bare(plate: str) -> str:
    """Return a plate without what people write between its characters."""
    return "".join(character for character in plate.upper() if character.isalnum())


@app.command()
def order(
    context: typer.Context,
    which: OrderArgument,
) -> None:
    """Show an order: its space, window and state, and why it got this space."""
    with report_errors():
        print_table(console, order_table(deployment_of(context), which))


@app.command("attention", hidden=True)
@app.command("incidents")
def print_incidents(
    context: typer.Context,
    mall: OnlyMallOption = None,
    written: FormatOption = Format.TABLE,
) -> None:
    """List incidents that need a person at the mall: where, and what to do there.

    The most urgent first. Incidents are worked out from orders and locks as they are now: an
    incident that is resolved is gone from the list.
    """
    with report_errors():
        deployment = deployment_of(context)
        list_incidents = ListIncidents(
            deployment.venues, deployment.orders, deployment.locks, deployment.now
        )
        found = []
        for where in malls_of(deployment, mall):
            with counting("reading orders") as progress:
                found.append(list_incidents(where, progress))
        print_listing(incidents.list_of_incidents(found), written)


@app.command("link")
def print_link(
    context: typer.Context,
    which: OrderArgument,
) -> None:
    """Print the link to the page of an order's driver, as in the driver's text.

    Anyone with the link can lower the barrier: give it to nobody else.
    """
    with report_errors():
        console.print(_link_of(deployment_of(context), which), soft_wrap=True)


@app.command("report")
def print_report(
    context: typer.Context,
    first: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DAY",
            help="The first day (2026-12-01, yesterday); by default six days before the last.",
        ),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="DAY", help="The last day; by default today."),
    ] = None,
    by: Annotated[
        list[By] | None, typer.Option(help="A line for each; repeatable. By day by default.")
    ] = None,
    mall: OnlyMallOption = None,
    written: Annotated[
        Format, typer.Option("--format", help="JSON has the totals too.")
    ] = Format.TABLE,
    each: Annotated[
        bool, typer.Option("--orders", help="Each order too; in CSV only the orders.")
    ] = False,
) -> None:
    """Report for which orders the promise was kept, and why not for the others: docs/report.md.

    Days are the mall's own, by the start of an order's window.
    """
    with report_errors():
        deployment = deployment_of(context)
        read_report = ReadReport(deployment.venues, deployment.orders, deployment.now)
        groups = list(dict.fromkeys(by or [By.DAY]))
        found = []
        for where in malls_of(deployment, mall):
            start, end = (
                day_of(where, deployment.now(), option, day)
                for option, day in (("--from", first), ("--to", last))
            )
            with counting("reading orders") as progress:
                found.append(read_report(where, start, end, groups, progress))
        match written:
            case Format.TABLE:
                print_table(console, *report.as_tables(found, groups, orders=each))
            case Format.CSV:
                typer.echo(report.as_csv(found, orders=each), nl=False)
            case Format.JSON:
                typer.echo(report.as_json(found, groups, orders=each), nl=False)


@app.command()
def clock(context: typer.Context) -> None:
    """Run the clock now instead of at the next minute."""
    with report_errors():
        from deployment.clock import run_clock

        counts = run_clock(deployment_of(context))
        console.print(
            f"{counted(counts['done'], 'due order')} handled, {counts['failed']} failed; "
            f"{counted(counts['swept'], 'space')} without an order released"
        )


def _link_of(deployment: Deployment, which: str) -> str:
    order = deployment.orders.find(OrderId(which))
    if not isinstance(order, Order):
        raise CommandError(
            f"there is no order {which}; `baylock orders --from DATE` lists those of a day"
        )
    if not order.is_live:
        raise CommandError(f"{which} is {order.state.value}: its link has expired")
    base = deployment.outputs["LinkBase"].rstrip("/")
    return IssueLink(deployment.links, lambda: deployment.ring(Purpose.LINKS), base)(order)
