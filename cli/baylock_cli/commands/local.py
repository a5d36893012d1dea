"""The local cloud: up, down, and the demo."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from baylock_cli.commands.context import console, tell, told
from baylock_cli.demo import Demo
from baylock_cli.errors import CommandError
from baylock_cli.furnish import furnish
from local_cloud import Home, Stack, running_cloud, running_stack, starting_detached, stop

app = typer.Typer()


@app.command()
def up() -> None:
    """Start a local cloud that stays up: deployed, with the example mall and its locks.

    It ends with `baylock down`, or when the terminal that it was started in is closed.
    """
    with told():
        home = Home.named()
        stack = running_stack(home)
        if stack is None:
            with starting_detached(home, progress=tell) as cloud:
                stack = furnish(cloud, progress=tell).stack
                stack.save(home.stack_file)
        else:
            tell("a local cloud is up already")
        _what_next(stack, home)


def _what_next(stack: Stack, home: Home) -> None:
    merchant = stack.merchants[0]
    console.print()
    console.print(f"[bold]Baylock is up.[/] Everything about it is in {home.stack_file}")
    console.print(f"  API   {stack.api}/v1")
    console.print(f"  key   {merchant.key}   [dim]({escape(merchant.name)}, {merchant.ref})[/]")
    console.print()
    console.print("Try, for instance:")
    commands = (
        (f"baylock text {merchant.ref} 'PARK tomorrow 18:30 +14255550123 90m'", "a merchant books"),
        (f"baylock inbox {merchant.ref}", "what the merchant was answered"),
        ("baylock inbox +14255550123", "what the driver was told"),
        ("baylock orders", "every order"),
        ("baylock link ord_…", "the page that its driver was texted a link to"),
        ("baylock locks", "every lock"),
        ("baylock down", "end it"),
    )
    table = Table.grid(padding=(0, 2))
    for command, reason in commands:
        table.add_row(f"  .venv/bin/{escape(command)}", f"[dim]{reason}[/]")
    console.print(table, soft_wrap=True)


@app.command()
def down() -> None:
    """End the local cloud that `baylock up` started, and everything in it."""
    with told():
        console.print("the local cloud is down" if stop(Home.named()) else "nothing was up")


@app.command()
def demo() -> None:
    """Deploy to a fresh local cloud, play the main job on it, and end it.

    A merchant's text raises a real lock and the driver's reply lowers it; then the same for a
    booking by API; a booking that needs no parking; a lock that drops out before its driver comes,
    and the driver's next space; and a driver who never comes. Exits with 1 and the reason if a step
    does not come.
    """
    with told(), running_cloud(Home.named("demo"), progress=tell) as cloud:
        furnished = furnish(cloud, progress=tell)
        furnished.stack.save(cloud.home.stack_file)
        try:
            Demo(furnished, console)()
        except CommandError:
            cloud.check()
            raise
