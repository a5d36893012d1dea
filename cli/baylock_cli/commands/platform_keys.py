"""The platform's keys."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import TYPE_CHECKING, Annotated

import typer

from baylock.domain.access.key_ring import Purpose
from baylock.usecases.access.change_keys import ChangeKeys
from baylock_cli.commands.context import (
    FormatOption,
    console,
    deployment_of,
    errors,
    print_listing,
    report_errors,
)
from baylock_cli.tables.listing import Format
from baylock_cli.tables.platform_keys import in_utc, list_of_versions

if TYPE_CHECKING:
    from deployment import Deployment

app = typer.Typer(
    name="keys",
    help="The platform's keys, from which ids, codes, links and secrets are derived: "
    "docs/operations.md. No command prints one.",
    no_args_is_help=True,
)

PurposeArgument = Annotated[Purpose, typer.Argument(help="What the key is for.")]


@app.command("list")
def list_keys(context: typer.Context, written: FormatOption = Format.TABLE) -> None:
    """List the versions of every key: since when each is in force, and until when it was."""
    with report_errors():
        deployment = deployment_of(context)
        rings = {purpose: deployment.key_rings.ring(purpose) for purpose in Purpose}
        print_listing(list_of_versions(rings, deployment.now()), written)


@app.command("rotate")
def rotate_key(context: typer.Context, purpose: PurposeArgument) -> None:
    """Make another version of a key. It counts in a quarter of an hour, when all processes know it.

    What exists keeps its version: ids, codes and links of orders, secrets of webhooks, text keys.
    """
    with report_errors():
        ring = _change(deployment_of(context)).rotate(purpose)
        newest = ring.versions[-1]
        console.print(f"version {newest.number} of {purpose.value} counts from {in_utc(newest)}")


@app.command("drop")
def drop_version(
    context: typer.Context,
    purpose: PurposeArgument,
    version: Annotated[int, typer.Argument(help="Its number, as `baylock keys list` shows it.")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Drop a version that was replaced: what was derived with it is not valid any more.

    docs/operations.md says for each purpose what that is, and when nothing of it is left.
    """
    with report_errors():
        if not yes:
            typer.confirm(f"Drop version {version} of {purpose.value} for good?", abort=True)
        _change(deployment_of(context)).drop(purpose, version)
        console.print(
            f"version {version} of {purpose.value} is gone, within ten minutes everywhere"
        )


@app.command("adopt")
def adopt_former_key(context: typer.Context) -> None:
    """After an upgrade from a Baylock with a single key: let what it derived go on counting.

    Run it once, right after that upgrade. Repeating it changes nothing.
    """
    with report_errors():
        for purpose, ring in _change(deployment_of(context)).adopt().items():
            errors.print(f"[dim]{purpose.value} have version {ring.versions[0].number}[/]")
        console.print("what was derived before goes on counting, within ten minutes everywhere")


def _change(deployment: Deployment) -> ChangeKeys:
    return ChangeKeys(deployment.key_rings, lambda: token_urlsafe(48).encode(), deployment.now)
