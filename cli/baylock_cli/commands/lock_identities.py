"""The identities of locks: given, replaced, revoked, claimed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from baylock.domain.venue.mall import ThingName
from baylock_cli.commands.context import (
    LockArgument,
    LotOption,
    MallOption,
    console,
    counting,
    deployment_of,
    lots_of,
    mall_of,
    report_errors,
)

app = typer.Typer()
FolderOption = Annotated[
    Path, typer.Option(help="Where each lock has a folder with its request and certificate.")
]
LOCKS = Path("locks")


@app.command()
def provision(
    context: typer.Context,
    folder: FolderOption = LOCKS,
    lot: LotOption = None,
    mall: MallOption = None,
    requests_only: Annotated[
        bool,
        typer.Option(
            "--requests-only",
            help="Only locks whose request.csr is in the folder; make no key here.",
        ),
    ] = False,
) -> None:
    """Give locks their identities: a thing, a certificate for the lock's own key, and a policy.

    A lock makes its key and the request for its certificate itself, with `python -m baylock_lock
    request`, and its key never leaves it: bring FOLDER/THING/request.csr here, use
    --requests-only, and bring the certificate.pem beside it back.

    Without that option, the lock's tool makes keys and requests here, in the folder, for locks that
    have none: for simulated locks, or when locks are set up at a desk.

    A lock with a certificate in the folder keeps it. One that had an identity elsewhere is another
    device from now on: the identity before is retired, and the space takes orders again once the
    new device has reported.
    """
    from deployment.provisioning import provision_locks

    with report_errors():
        deployment = deployment_of(context)
        where = mall_of(deployment, mall)
        lots = lots_of(where, lot)
        with counting("provisioning locks") as progress:
            done = provision_locks(
                deployment, where, lots, folder, progress, requests_only=requests_only
            )
        waiting = f", {done.waiting} have no request yet" if done.waiting else ""
        console.print(
            f"{done.new} locks provisioned in {escape(str(folder))}, {done.known} were provisioned "
            f"already{waiting}",
            soft_wrap=True,
        )


@app.command()
def revoke(context: typer.Context, thing: LockArgument) -> None:
    """Take a lock out of service that was stolen, or whose key may be known to somebody.

    From this moment nothing that is said in its name counts, and its space takes no orders. Its
    certificates can't be used any more (AWS IoT ends connections within minutes), and its orders
    move to other spaces. `baylock lock provision` or `expect` gives its place a new device. The
    command may be repeated if it was interrupted.
    """
    from deployment.replacement import revoke_lock

    with report_errors():
        done = revoke_lock(deployment_of(context), ThingName(thing))
        orders = done.orders
        console.print(
            f"{escape(thing)} is out of service: {done.certificates} certificates revoked, "
            f"{orders.moved} orders moved, {orders.failed} failed, {orders.stay} stay for now",
            soft_wrap=True,
        )


@app.command()
def rotate(context: typer.Context, thing: LockArgument, folder: FolderOption = LOCKS) -> None:
    """Replace the identity of a working lock, without a moment in which it has none.

    Run it again after each step. On the lock, `python -m baylock_lock request --next` makes the
    next key; bring FOLDER/THING/next/request.csr here and the certificate.pem beside it back, and
    restart the agent. Once the lock has connected with the next identity, the one before is
    retired.
    """
    from deployment.replacement import Step, rotate_lock

    said = {
        Step.REQUESTED: "waiting for its next request: `python -m baylock_lock request --next` "
        "on the lock makes it",
        Step.ISSUED: "the next certificate is in its folder, and both are valid; run this again "
        "once the lock has connected with it",
        Step.DONE: "connected with its next identity; the one before is retired",
    }
    with report_errors():
        step = rotate_lock(deployment_of(context), ThingName(thing), folder)
        console.print(f"{escape(thing)}: {said[step]}", soft_wrap=True)


@app.command()
def expect(
    context: typer.Context,
    thing: LockArgument,
    hours: Annotated[float, typer.Option(min=0.1, max=168, help="For how long.")] = 24,
) -> None:
    """Let a new device claim the identity of a lock, once, with a claim certificate.

    Until then, and for everybody else, a claim certificate opens nothing. The lock itself runs
    `python -m baylock_lock claim`.
    """
    from deployment.replacement import expect_lock

    with report_errors():
        deployment = deployment_of(context)
        until = deployment.now() + timedelta(hours=hours)
        expect_lock(deployment, ThingName(thing), until)
        console.print(f"{escape(thing)} may be claimed once until {until:%Y-%m-%d %H:%M} UTC")
