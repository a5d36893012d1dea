"""The `baylock` command."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Annotated

import typer

from baylock_cli.commands import (
    connections,
    local,
    locks,
    merchants,
    orders,
    persons,
    phones,
    platform_keys,
    venue,
    webhooks,
)

app = typer.Typer(
    help="Baylock keeps a parking space waiting at the shop door.\n\n"
    "Commands work on the local cloud that `baylock up` starts, or, with --stack NAME before "
    "the command, on that stack in your AWS account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for part in (
    local,
    phones,
    orders,
    venue,
    locks,
    merchants,
    persons,
    connections,
    webhooks,
    platform_keys,
):
    app.add_typer(part.app)


def _unwrap_help(part: typer.Typer) -> None:
    """Join the lines of each paragraph of every `--help`: a terminal wraps them by its own width.

    A docstring's line breaks would be printed as they are.
    """
    for command in part.registered_commands:
        text = command.help or (command.callback and command.callback.__doc__)
        if text:
            command.help = re.sub(r"(?<!\n)\n(?!\n)", " ", inspect.cleandoc(text))
    for group in part.registered_groups:
        if group.typer_instance is not None:
            _unwrap_help(group.typer_instance)


_unwrap_help(app)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"baylock {version('baylock')}")
        raise typer.Exit


@app.callback()
def choose_deployment(
    context: typer.Context,
    stack: Annotated[
        str | None,
        typer.Option(help="A stack in your AWS account, reached with your ordinary AWS settings."),
    ] = None,
    version: Annotated[  # noqa: ARG001 (its callback prints it)
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Remember the deployment that the command is for."""
    context.obj = stack


if __name__ == "__main__":
    sys.exit(app())
