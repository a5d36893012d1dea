"""Orders, incidents, and the report on kept promises."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from baylock.domain.booking.booking import OrderId
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import State
from baylock.domain.reports.ledger import By
from baylock.usecases.driver.issue_link import IssueLink
from baylock.usecases.reports.list_incidents import ListIncidents
from baylock.usecases.reports.read_report import ReadReport
from baylock_cli.commands.context import (
    MallOption,
    console,
    counting,
    deployment_of,
    mall_of,
    malls_of,
    merchant_of,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables import incidents, report
from baylock_cli.tables.layout import counted
from baylock_cli.tables.orders import order_table, orders_table
from deployment import Deployment
from deployment.clock import run_clock

app = typer.Typer()

OrderArgument = Annotated[str, typer.Argument(metavar="order", help="The order's id: ord_…")]
OnlyMallOption = Annotated[str | None, typer.Option("--mall", help="Only this mall's, by ref.")]


@app.command()
def orders(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's, by ref.")] = None,
    state: Annotated[
        list[State] | None, typer.Option(help="Only orders in this state; repeatable.")
    ] = None,
    mall: MallOption = None,
) -> None:
    """List orders, newest window first."""
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        if merchant is not None:
            merchant_of(deployment, mall, merchant)
        console.print(orders_table(deployment, where, merchant, state or ()))


@app.command()
def order(
    context: typer.Context,
    which: OrderArgument,
) -> None:
    """Show an order: its space, window and state, and why it got this space."""
    with report_errors():
        console.print(order_table(deployment_of(context), which))


@app.command("attention", hidden=True)
@app.command("incidents")
def print_incidents(
    context: typer.Context,
    mall: OnlyMallOption = None,
    written: Annotated[
        incidents.Format, typer.Option("--format", help="The format.")
    ] = incidents.Format.TABLE,
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
        match written:
            case incidents.Format.TABLE:
                console.print(incidents.as_tables(found))
            case incidents.Format.JSON:
                typer.echo(incidents.as_json(found), nl=False)


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
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The first day; by default six days before the last.",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The last day; by default today.",
        ),
    ] = None,
    by: Annotated[
        list[By] | None, typer.Option(help="A line for each; repeatable. By day by default.")
    ] = None,
    mall: OnlyMallOption = None,
    written: Annotated[
        report.Format, typer.Option("--format", help="JSON has the totals too.")
    ] = report.Format.TABLE,
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
            with counting("reading orders") as progress:
                found.append(
                    read_report(
                        where, first and first.date(), last and last.date(), groups, progress
                    )
                )
        match written:
            case report.Format.TABLE:
                console.print(report.as_tables(found, groups, orders=each))
            case report.Format.CSV:
                typer.echo(report.as_csv(found, orders=each), nl=False)
            case report.Format.JSON:
                typer.echo(report.as_json(found, groups, orders=each), nl=False)


@app.command()
def clock(context: typer.Context) -> None:
    """Run the clock now instead of at the next minute."""
    with report_errors():
        counts = run_clock(deployment_of(context))
        console.print(
            f"{counted(counts['done'], 'due order')} handled, {counts['failed']} failed; "
            f"{counted(counts['swept'], 'space')} without an order released"
        )


def _link_of(deployment: Deployment, which: str) -> str:
    order = deployment.orders.find(OrderId(which))
    if not isinstance(order, Order):
        raise CommandError(f"there is no order {which}; `baylock orders` lists them")
    if not order.is_live:
        raise CommandError(f"{which} is {order.state.value}: its link has expired")
    base = deployment.outputs["LinkBase"].rstrip("/")
    return IssueLink(deployment.links, lambda: deployment.code_key, base)(order)
