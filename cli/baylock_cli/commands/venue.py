"""Malls: lots, spaces, merchants and the ways between them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from baylock.domain.allocation.hint import HINT_ABOVE
from baylock_cli.commands.context import (
    LotOption,
    MallOption,
    console,
    counting,
    mall_of,
    site_of,
    told,
)
from baylock_cli.hints import rebuild_hints
from venue_import import Given, import_venue, render

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
    timezone: Annotated[str | None, typer.Option(help="As in Asia/Shanghai.")] = None,
    country: Annotated[str | None, typer.Option(help="Two letters, as in CN.")] = None,
    phone: Annotated[
        str | None, typer.Option(help="Of whoever looks after the spaces: gets texts.")
    ] = None,
) -> None:
    """Import a mall from a map: GeoJSON with OpenStreetMap tags.

    Says all that is wrong with it at once, each with the feature's id; with an error nothing is
    written. Importing again replaces the mall and keeps the orders.
    """
    with told():
        site = site_of(context)
        given = Given(ref=mall, name=name, timezone=timezone, country=country, phone=phone)
        with counting("measuring walks") as progress:
            found = import_venue(plan, site.venues, site.plans, given=given, progress=progress)
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

    It is kept by itself; this is for after a restored table, or when walks seem too long.
    """
    with told():
        site = site_of(context)
        where = mall_of(site, mall)
        with counting("rebuilding the hint") as progress:
            done = rebuild_hints(site, where, lot, progress)
        console.print(
            f"{done.lots} lots with more than {HINT_ABOVE:,} spaces: {done.zones} zones with "
            f"bookings on {done.days} days"
        )
