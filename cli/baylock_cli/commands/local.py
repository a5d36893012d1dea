"""The local cloud: up, down, and the demo."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import typer
from rich.markup import escape

from baylock_cli.commands.context import console, print_step, report_errors

if TYPE_CHECKING:
    from local_cloud import Home, Stack

app = typer.Typer()


@app.command()
def up() -> None:
    """Start a local cloud that stays up, with the example mall and its locks.

    It ends with `baylock down`, or when its terminal is closed.
    """
    with report_errors():
        from local_cloud import Home, running_stack

        home = Home.named()
        stack = running_stack(home)
        if stack is None:
            stack = _start(home)
        else:
            print_step("a local cloud is up already")
        _what_next(stack, home)


def _start(home: Home) -> Stack:
    from local_cloud import starting_detached
    from local_cloud.seed import seed

    began = time.monotonic()

    def step(line: str) -> None:
        print_step(f"{time.monotonic() - began:4.0f} s  {line}")

    last = home.start_seconds()
    step(
        f"the last start here took {last:.0f} s"
        if last
        else "the first start takes one to three minutes; it builds the functions"
    )
    with starting_detached(home, progress=step) as cloud:
        stack = seed(cloud, progress=step).stack
        stack.save(home.stack_file)
    home.note_start(time.monotonic() - began)
    step("up")
    return stack


def _what_next(stack: Stack, home: Home) -> None:
    merchant = stack.merchants[0]
    console.print()
    console.print(
        f"[bold]Baylock is up.[/] Everything about it is in {escape(str(home.stack_file))}",
        soft_wrap=True,
    )
    console.print(f"  API   {stack.api}/v1", soft_wrap=True)
    console.print(
        f"  key   {merchant.key}   [dim]({escape(merchant.name)}, {merchant.ref})[/]",
        soft_wrap=True,
    )
    console.print()
    console.print("Try, for instance:")
    commands = (
        (f"baylock text {merchant.ref} 'PARK tomorrow 18:30 +14255550123 90m'", "a merchant books"),
        (f"baylock inbox {merchant.ref}", "the reply to the merchant"),
        ("baylock inbox +14255550123", "the texts to the driver"),
        ("baylock orders --from today", "the orders of today and later"),
        ("baylock link ord_…", "the link to its driver's page"),
        ("baylock lock list", "every lock"),
        ("baylock down", "end it"),
    )
    for command, purpose in commands:
        console.print(f"  [dim]# {purpose}[/]", soft_wrap=True)
        console.print(f"  .venv/bin/{escape(command)}", soft_wrap=True)


@app.command()
def down() -> None:
    """End the local cloud that `baylock up` started, and everything in it."""
    with report_errors():
        from local_cloud import Home, stop

        console.print("the local cloud is down" if stop(Home.named()) else "nothing was up")


@app.command()
def demo() -> None:
    """Play the main job on a fresh local cloud, print it as a timeline, and end the cloud.

    A merchant's text raises a real lock and the driver's reply lowers it; then the same for a
    booking by API; a booking that needs no parking; a lock that drops out before its driver comes,
    and the driver's next space; and a driver who never comes. Exits with 1 and the reason if a step
    does not happen.
    """
    from deployment import DeploymentError
    from local_cloud import Home, running_cloud
    from local_cloud.demo import Demo, DemoFailed
    from local_cloud.seed import seed

    with report_errors(), running_cloud(Home.named("demo"), progress=print_step) as cloud:
        seeded = seed(cloud, progress=print_step)
        seeded.stack.save(cloud.home.stack_file)
        try:
            Demo(seeded, console)()
        except (DemoFailed, DeploymentError):
            cloud.check()
            raise
