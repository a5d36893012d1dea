"""The local cloud: up, down, and the demo."""

from __future__ import annotations

import typer
from rich.markup import escape
from rich.table import Table

from baylock_cli.commands.context import console, print_step, report_errors
from deployment import DeploymentError
from local_cloud import Home, Stack, running_cloud, running_stack, starting_detached, stop
from local_cloud.demo import Demo, DemoFailed
from local_cloud.seed import seed

app = typer.Typer()


@app.command()
def up() -> None:
    """Start a local cloud that stays up, with the example mall and its locks.

    It ends with `baylock down`, or when its terminal is closed.
    """
    with report_errors():
        home = Home.named()
        stack = running_stack(home)
        if stack is None:
            with starting_detached(home, progress=print_step) as cloud:
                stack = seed(cloud, progress=print_step).stack
                stack.save(home.stack_file)
        else:
            print_step("a local cloud is up already")
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
        (f"baylock inbox {merchant.ref}", "the reply to the merchant"),
        ("baylock inbox +14255550123", "the texts to the driver"),
        ("baylock orders", "every order"),
        ("baylock link ord_…", "the link to its driver's page"),
        ("baylock locks", "every lock"),
        ("baylock down", "end it"),
    )
    table = Table.grid(padding=(0, 2))
    for command, purpose in commands:
        table.add_row(f"  .venv/bin/{escape(command)}", f"[dim]{purpose}[/]")
    console.print(table, soft_wrap=True)


@app.command()
def down() -> None:
    """End the local cloud that `baylock up` started, and everything in it."""
    with report_errors():
        console.print("the local cloud is down" if stop(Home.named()) else "nothing was up")


@app.command()
def demo() -> None:
    """Play the main job on a fresh local cloud, print it as a timeline, and end the cloud.

    A merchant's text raises a real lock and the driver's reply lowers it; then the same for a
    booking by API; a booking that needs no parking; a lock that drops out before its driver comes,
    and the driver's next space; and a driver who never comes. Exits with 1 and the reason if a step
    does not happen.
    """
    with report_errors(), running_cloud(Home.named("demo"), progress=print_step) as cloud:
        seeded = seed(cloud, progress=print_step)
        seeded.stack.save(cloud.home.stack_file)
        try:
            Demo(seeded, console)()
        except (DemoFailed, DeploymentError):
            cloud.check()
            raise
