"""Malls: lots, spaces, merchants and the ways between them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from baylock.domain.allocation.hint import HINT_ABOVE
from baylock.domain.errors import NotAMerchant
from baylock.domain.orders.order import Order
from baylock.domain.orders.state import LIVE
from baylock.domain.venue.mall import Mall, MallRef, Merchant, MerchantId, MerchantRef
from baylock.domain.venue.tenancy import Change, Verdict
from baylock.usecases.allocation.rebuild_hints import RebuildHints
from baylock.usecases.reports.read_orders import ReadOrders
from baylock.usecases.venue.left_behind import LeftBehind
from baylock_cli.commands.context import (
    LotOption,
    MallOption,
    console,
    counting,
    deployment_of,
    errors,
    mall_of,
    report_errors,
)
from baylock_cli.errors import CommandError
from baylock_cli.tables.merchants import words_of_credentials

if TYPE_CHECKING:
    from deployment import Deployment
    from venue_import import Plan
    from venue_import.plan import Allowed, Decide

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
    countries: Annotated[
        str | None,
        typer.Option(
            help="Countries whose phones get texts, such as CN,HK; the mall's by default."
        ),
    ] = None,
    texts_usd_a_day: Annotated[
        int | None, typer.Option(help="What the mall's texts may cost in a day, in US dollars.")
    ] = None,
    findings: Annotated[
        Path | None,
        typer.Option(
            help="Where all findings are written as CSV; by default, if they are too many to "
            "print, to NAME-findings.csv in the current directory."
        ),
    ] = None,
    leave_orders: Annotated[
        bool,
        typer.Option(
            "--leave-orders",
            help="Import even if what live orders need is no longer on the plan.",
        ),
    ] = False,
    retire: Annotated[
        list[str] | None,
        typer.Option(
            help="A merchant, by ref, that the plan drops or names otherwise because it has moved "
            "out: its keys are revoked; repeatable."
        ),
    ] = None,
    same: Annotated[
        list[str] | None,
        typer.Option(
            help="A merchant, by ref, that is still the same although the plan drops or renames "
            "it: it keeps its keys; repeatable."
        ),
    ] = None,
    others: Annotated[
        Verdict | None,
        typer.Option(help="What all others are that the plan drops or names otherwise."),
    ] = None,
) -> None:
    """Import a mall from a map: GeoJSON with OpenStreetMap tags.

    Reports every error and warning with its feature's ref and id; with an error nothing is written.
    Importing again replaces the mall and keeps the orders; it asks first where a lot, a space or a
    merchant with live orders is no longer on the plan, a space no longer serves their needs, or the
    time zone is another. It also asks whether a merchant that is dropped or named otherwise has
    moved out, where it has keys or the like: whoever comes to its ref must not get them. A space
    can be booked from its lock's first report on.
    """
    from venue_import import Given, import_venue, is_shortened, render

    with report_errors():
        deployment = deployment_of(context)
        given = Given(
            ref=mall,
            name=name,
            timezone=timezone,
            country=country,
            phone=phone,
            countries=countries,
            texts_usd_a_day=texts_usd_a_day,
        )
        with ExitStack() as bar:
            progress = bar.enter_context(counting("measuring walks"))
            asking = _asking(deployment, bar, leave_orders=leave_orders)
            found = import_venue(
                plan,
                deployment.venues,
                deployment.plans,
                register_locks=deployment.register_locks,
                given=given,
                progress=progress,
                allowed=asking,
                decide=_deciding(deployment, bar, _given(retire, same), others),
                retire=deployment.retire_merchant,
            )
        console.print(render(found))
        if findings or is_shortened(found):
            _write(found, findings or Path(f"{plan.name.split('.')[0]}-findings.csv"))
        if found.errors or found.refused:
            raise typer.Exit(1)


def _given(retire: list[str] | None, same: list[str] | None) -> Mapping[str, Verdict]:
    """Return what was said of merchants by ref; CommandError where both was said of one."""
    if both := set(retire or ()) & set(same or ()):
        raise CommandError(f"{', '.join(sorted(both))}: either --retire or --same")
    return {
        **dict.fromkeys(retire or (), Verdict.RETIRE),
        **dict.fromkeys(same or (), Verdict.SAME),
    }


def _deciding(
    deployment: Deployment,
    bar: ExitStack,
    given: Mapping[str, Verdict],
    others: Verdict | None,
) -> Decide:
    """Return the question which merchants have moved out. It closes the bar before it asks."""

    def decide(mall: MallRef, changes: Sequence[Change]) -> Mapping[MerchantRef, Verdict] | None:
        bar.close()
        verdicts: dict[MerchantRef, Verdict] = {}
        open_: list[tuple[Change, str]] = []
        for change in changes:
            stake = _at_stake(deployment, mall, change)
            said = given.get(change.ref) or others
            if said is None and not stake:
                # Nothing can act for it: a merchant of another name begins with nothing.
                said = Verdict.SAME if change.now is None else Verdict.RETIRE
            if said is None:
                open_.append((change, stake))
            else:
                verdicts[change.ref] = said
        if not open_:
            return verdicts
        errors.print("[yellow]Merchants that the plan drops or names otherwise:[/]")
        for change, stake in open_:
            now = "not on the plan" if change.now is None else f"{change.now} on the plan"
            errors.print(
                f"  {escape(f'{change.ref}: {change.was}, {now}')}; has {stake}", soft_wrap=True
            )
        if not _interactive():
            errors.print(
                "Repeat the command with --retire REF for each that has moved out, and --same REF "
                "for each that has not; --others says it of all the rest.",
                soft_wrap=True,
            )
            return None
        for change, _ in open_:
            has_moved = typer.confirm(f"Has {change.was} ({change.ref}) moved out?", err=True)
            verdicts[change.ref] = Verdict.RETIRE if has_moved else Verdict.SAME
        return verdicts

    return decide


def _at_stake(deployment: Deployment, mall: MallRef, change: Change) -> str:
    """Return what a merchant has that acts for it, in words; empty where it has nothing."""
    try:
        merchant = deployment.venues.merchant_at(mall, change.ref)
    except NotAMerchant:
        # It left the mall before, and what it had then was not revoked.
        tenancy = deployment.venues.ref_histories(mall)[change.ref].tenancy
        who = MerchantId(mall, change.ref, tenancy)
    else:
        who = merchant.id_in(mall)
    live: Sequence[Order] = ()
    if change.now is not None:
        live = ReadOrders(deployment.venues, deployment.orders).of_merchant(who, states=LIVE)
    return words_of_credentials(deployment.list_credentials(who), len(live))


def _interactive() -> bool:
    return sys.stdin.isatty()


def _write(found: Plan, path: Path) -> None:
    from venue_import import write_findings

    try:
        write_findings(found, path)
    except OSError as error:
        raise CommandError(f"the findings can't be written to {path}: {error.strerror}") from None
    console.print(f"All findings: {escape(str(path))}", soft_wrap=True)


def _asking(deployment: Deployment, bar: ExitStack, *, leave_orders: bool) -> Allowed:
    """Return the question whether live orders may lose their lot, space or merchant.

    It closes the bar before it asks.
    """

    def allowed(before: Mall, merchants: Sequence[Merchant], plan: Plan) -> bool:
        left = LeftBehind(ReadOrders(deployment.venues, deployment.orders))(
            before,
            [one.ref for one in merchants],
            plan.mall,
            [one.ref for one in plan.merchants],
        )
        if not left:
            return True
        bar.close()
        errors.print("[yellow]No longer so on the plan, but with live orders:[/]")
        for what, count in left.items():
            errors.print(f"  {escape(what)}: {count} live order{'' if count == 1 else 's'}")
        if leave_orders:
            return True
        if not _interactive():
            errors.print("To import it all the same, repeat the command with --leave-orders.")
            return False
        return typer.confirm("Import it all the same?", err=True)

    return allowed


@app.command("rekey")
def rekey(context: typer.Context, mall: MallOption = None) -> None:
    """Find again what was stored of a mall whose ref has `/` or `%`, after an upgrade.

    Run it once, right after the upgrade that docs/operations.md names; other malls need nothing.
    """
    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        merchants = [one.id_in(where.ref) for one in deployment.venues.merchants(where.ref)]
        with counting("copying") as _:
            changed = deployment.rekey(where, merchants)
        console.print(f"{changed} orders, days and texts of {escape(where.name)} have another key")


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
