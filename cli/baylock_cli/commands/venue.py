"""Malls: lots, spaces, merchants and the ways between them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baylock.domain.allocation.hint import HINT_ABOVE
from baylock.usecases.allocation.rebuild_hints import RebuildHints
from baylock_cli.commands.context import (
    LotOption,
    MallOption,
    console,
    counting,
    deployment_of,
    mall_of,
    report_errors,
)

app = typer.Typer(
    name="venue",
    help="Malls: lots, spaces, merchants and the ways between them.",
    no_args_is_help=True,
)


@app.command("import")
def import_plan(
    context: typer.Context,
    plan: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="GeoJSON: docs/venue.md.")
    ],
    mall: Annotated[str | None, typer.Option(help="The mall's ref.")] = None,
    name: Annotated[str | None, typer.Option(help="The mall's name.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Such as Asia/Shanghai.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, such as CN.")] = None,
    phone: Annotated[
        str | None,
        typer.Option(help="The phone of the staff who look after the spaces; gets texts."),
    ] = None,
) -> None:
    """Import a mall from a map: GeoJSON with OpenStreetMap tags.

    Reports every error and warning with its feature's id; with an error nothing is written.
    Importing again replaces the mall and keeps the orders.
    """
    from venue_import import Given, import_venue, render

    with report_errors():
        deployment = deployment_of(context)
        given = Given(ref=mall, name=name, timezone=timezone, country=country, phone=phone)
        with counting("measuring walks") as progress:
            found = import_venue(
                plan, deployment.venues, deployment.plans, given=given, progress=progress
            )
        console.print(render(found))
        if found.errors:
            raise typer.Exit(1)


@app.command("hint")
def rebuild_hint(
    context: typer.Context,
    lot: LotOption = None,
    mall: MallOption = None,
) -> None:
    """Rebuild the hint by which large lots are searched, for every day that can be booked.

    Baylock maintains it by itself; rebuild it after a table was restored, or when walks seem too
    long.
    """
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        with counting("rebuilding the hint") as progress:
            rebuild_hints = RebuildHints(deployment.hints, deployment.now)
            done = rebuild_hints(where, lot, progress)
        console.print(
            f"{done.lots} lots with more than {HINT_ABOVE:,} spaces: {done.zones} zones with "
            f"bookings on {done.days} days"
        )
