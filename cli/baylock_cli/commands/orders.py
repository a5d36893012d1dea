"""Orders: what becomes of them, what is to be seen to, and whether promises were kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from baylock.domain.orders.state import State
from baylock.domain.reports.ledger import By
from baylock_cli import attention, board, links, report
from baylock_cli.clock import run_clock
from baylock_cli.commands.context import (
    MallOption,
    console,
    counting,
    mall_of,
    malls_of,
    merchant_of,
    site_of,
    told,
)
from baylock_cli.site import now

app = typer.Typer()

OrderArgument = Annotated[str, typer.Argument(help="The order's id: ord_…")]
OnlyMallOption = Annotated[str | None, typer.Option("--mall", help="Only this mall's, by ref.")]


@app.command()
def orders(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's, by ref.")] = None,
    state: Annotated[
        list[State] | None, typer.Option(help="Only in this state; repeatable.")
    ] = None,
    mall: MallOption = None,
) -> None:
    """List orders, newest window first."""
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        if merchant is not None:
            merchant_of(site, mall, merchant)
        console.print(board.orders(site, where, merchant, state or ()))


@app.command()
def order(
    context: typer.Context,
    which: OrderArgument,
) -> None:
    """Show one order: where, when, what for, and why it got its space."""
    with told():
        console.print(board.order(site_of(context), which))


@app.command("attention")
def print_attention(
    context: typer.Context,
    mall: OnlyMallOption = None,
    written: Annotated[
        attention.Format, typer.Option("--format", help="How to write it.")
    ] = attention.Format.TABLE,
) -> None:
    """List what somebody of the mall should go and see: where, and what to do there.

    The most urgent first. Worked out from what orders and locks say now: what is put right is gone
    from the list.
    """
    with told():
        site, at = site_of(context), now()
        found = []
        for where in malls_of(site, mall):
            with counting("reading orders") as progress:
                found.append(
                    attention.read_cases(site.venues, site.orders, site.locks, where, at, progress)
                )
        match written:
            case attention.Format.TABLE:
                console.print(attention.as_tables(found))
            case attention.Format.JSON:
                typer.echo(attention.as_json(found), nl=False)


@app.command("link")
def print_link(
    context: typer.Context,
    which: OrderArgument,
) -> None:
    """Print the link to the page of an order's driver, as the driver was texted it.

    Whoever has it can lower the barrier: give it to nobody else.
    """
    with told():
        console.print(links.link_of(site_of(context), which), soft_wrap=True)


@app.command("report")
def print_report(
    context: typer.Context,
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The first day; six before the last.",
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The last day; today."
        ),
    ] = None,
    by: Annotated[
        list[By] | None, typer.Option(help="A line for each; repeatable. By day if not given.")
    ] = None,
    mall: OnlyMallOption = None,
    written: Annotated[
        report.Format, typer.Option("--format", help="JSON has the totals too.")
    ] = report.Format.TABLE,
    each: Annotated[bool, typer.Option("--orders", help="Each order too; as CSV alone.")] = False,
) -> None:
    """Say of which orders the promise was kept, and why not of the others: docs/report.md.

    Days are the mall's own, by the start of an order's window.
    """
    with told():
        site, at = site_of(context), now()
        groups = list(dict.fromkeys(by or [By.DAY]))
        found = []
        for where in malls_of(site, mall):
            days = report.period_of(where, first and first.date(), last and last.date(), at)
            with counting("reading orders") as progress:
                found.append(
                    report.read_report(site.venues, site.orders, where, days, groups, at, progress)
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
    """Run the clock now, instead of waiting for the minute."""
    with told():
        said = run_clock(site_of(context))
        console.print(
            f"{said['done']} orders were due and looked at, {said['failed']} failed; "
            f"{said['swept']} spaces were given back that no order came for"
        )
