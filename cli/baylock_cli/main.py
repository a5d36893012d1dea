"""The `baylock` command."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from baylock.domain.access import EVERY_SCOPE, Scope
from baylock.domain.booking import MerchantId
from baylock.domain.connection import ConnectionId, Questions, System
from baylock.domain.errors import BaylockError, NoSuchMall
from baylock.domain.hint import HINT_ABOVE
from baylock.domain.ledger import By
from baylock.domain.limits import Limits
from baylock.domain.text_key import text_key
from baylock.domain.venue import Addition, LotRef, Mall, MallRef, MerchantRef, Overrides
from baylock.ports import KEY_ID_LETTERS
from baylock_cli import (
    attention,
    board,
    connections,
    faults,
    links,
    phones,
    report,
    text_keys,
    webhooks,
)
from baylock_cli.clock import run_clock
from baylock_cli.demo import Demo
from baylock_cli.errors import CommandError
from baylock_cli.furnish import furnish
from baylock_cli.hints import rebuild_hints
from baylock_cli.keys import digest_of, key_called, keys_table, new_key, own_limits
from baylock_cli.local import (
    Home,
    LocalCloudError,
    Stack,
    running_cloud,
    running_stack,
    starting_detached,
    stop,
)
from baylock_cli.locks import provision_locks
from baylock_cli.sandbox import make_sandbox
from baylock_cli.site import Site, now
from baylock_cli.venue import Given, import_venue, render
from baylock_cli.venue.additions import add_merchant, remove_addition
from baylock_lock.control import Control, ControlError
from baylock_lock.faults import Kind

_NOT_A_TERMINAL = 140
"""Columns where nobody looks on: a file or a pipe takes whole lines."""

console = Console(highlight=False, width=None if sys.stdout.isatty() else _NOT_A_TERMINAL)
errors = Console(stderr=True, highlight=False)

app = typer.Typer(
    help="Baylock keeps a parking space waiting at the shop door.\n\n"
    "Commands work on the local cloud that `baylock up` starts, or, with --stack NAME before "
    "the command, on that stack in your AWS account.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
venue_app = typer.Typer(help="Malls: lots, spaces, merchants and the ways between them.")
lock_app = typer.Typer(help="A lock's identity.")
locks_app = typer.Typer(
    help="What the locks say of themselves, and what can be done to simulated ones.",
    invoke_without_command=True,
)
merchant_app = typer.Typer(help="Merchants and their secret keys.")
connect_app = typer.Typer(
    help="Booking systems that tell us of a merchant's bookings by themselves: docs/integrate.md."
)
app.add_typer(venue_app, name="venue", no_args_is_help=True)
app.add_typer(lock_app, name="lock", no_args_is_help=True)
app.add_typer(locks_app, name="locks")
key_app = typer.Typer(help="Secret keys for the API.")
app.add_typer(merchant_app, name="merchant", no_args_is_help=True)
app.add_typer(connect_app, name="connect", no_args_is_help=True)
merchant_app.add_typer(key_app, name="key", no_args_is_help=True)
webhook_app = typer.Typer(help="Merchants' webhooks and their events: docs/webhooks.md.")
app.add_typer(webhook_app, name="webhook", no_args_is_help=True)

MallOption = Annotated[
    str | None, typer.Option("--mall", help="The mall's ref; needed where there are several.")
]
MerchantArgument = Annotated[str, typer.Argument(help="The merchant's ref.")]
MinutesOption = Annotated[int | None, typer.Option(min=0, max=1440, help="Minutes.")]
BurstOption = Annotated[int | None, typer.Option(help="Calls that it may make at once.")]
RateOption = Annotated[int | None, typer.Option(help="Calls a minute, in the long run.")]
PerDayOption = Annotated[int | None, typer.Option(help="Calls a day, from 00:00 UTC.")]
_KEY_ID = "The key's id, as `baylock merchant key list` has it; its beginning will do."
LockArgument = Annotated[
    str, typer.Argument(help="The lock's thing name, as `baylock locks` lists it.")
]
ConnectionArgument = Annotated[
    str, typer.Argument(help="The connection's id: con_…, as `baylock connect list` has it.")
]


@app.callback()
def choose_site(
    context: typer.Context,
    stack: Annotated[
        str | None,
        typer.Option(help="A stack in your AWS account, reached with your ordinary AWS settings."),
    ] = None,
) -> None:
    """Remember which Baylock the command is for."""
    context.obj = stack


def _site(context: typer.Context) -> Site:
    name: str | None = context.find_root().obj
    return Site.in_account(name) if name else Site.on_this_machine(Home.named())


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong is told in a sentence, not in a traceback."""
    try:
        yield
    except (CommandError, LocalCloudError, ControlError, ClientError, BotoCoreError) as error:
        errors.print(f"[red]error:[/] {escape(str(error))}")
        raise typer.Exit(1) from error
    except BaylockError as error:
        errors.print(f"[red]error:[/] {escape(type(error).__doc__ or '')} {escape(str(error))}")
        raise typer.Exit(1) from error


def _progress(line: str) -> None:
    console.print(f"[dim]·[/] {escape(line)}")


# ── the local cloud ──────────────────────────────────────────────────────────────────────────────


@app.command()
def up() -> None:
    """Start a local cloud that stays up: deployed, with the example mall and its locks.

    It ends with `baylock down`, or when the terminal that it was started in is closed.
    """
    with _told():
        home = Home.named()
        stack = running_stack(home)
        if stack is None:
            with starting_detached(home, progress=_progress) as cloud:
                stack = furnish(cloud, progress=_progress).stack
                stack.save(home.stack_file)
        else:
            _progress("a local cloud is up already")
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
    for command, why in commands:
        table.add_row(f"  .venv/bin/{escape(command)}", f"[dim]{why}[/]")
    console.print(table, soft_wrap=True)


@app.command()
def down() -> None:
    """End the local cloud that `baylock up` started, and everything in it."""
    with _told():
        console.print("the local cloud is down" if stop(Home.named()) else "nothing was up")


@app.command()
def demo() -> None:
    """Deploy to a fresh local cloud, play the main job on it, and end it.

    A merchant's text raises a real lock and the driver's reply lowers it; then the same for a
    booking by API; a booking that needs no parking; a lock that drops out before its driver comes,
    and the driver's next space; and a driver who never comes. Exits with 1 and the reason if a step
    does not come.
    """
    with _told(), running_cloud(Home.named("demo"), progress=_progress) as cloud:
        furnished = furnish(cloud, progress=_progress)
        furnished.stack.save(cloud.home.stack_file)
        try:
            Demo(furnished, console)()
        except CommandError:
            cloud.check()
            raise


# ── phones ───────────────────────────────────────────────────────────────────────────────────────


@app.command()
def text(
    context: typer.Context,
    sender: Annotated[str, typer.Argument(help="A phone number (+14255550123), or a merchant.")],
    body: Annotated[str, typer.Argument(help="What to say: docs/texts.md.")],
    sign: Annotated[
        bool, typer.Option("--sign", help="With the merchant's signature under it.")
    ] = False,
    mall: MallOption = None,
) -> None:
    """Send a text as a merchant or a driver.

    For example: baylock text M01 'PARK tomorrow 18:30 +14255550123 90m' and then, as the driver,
    baylock text +14255550123 'HERE 4821'.
    """
    with _told():
        site = _site(context)
        number = _number(site, sender, mall)
        if sign:
            body = text_keys.with_signature(site, number, body)
            console.print(f"[dim]│[/] {escape(body)}", soft_wrap=True)
        message = phones.send_text(site, number, body)
        console.print(
            f"sent, as message {message}; `baylock inbox {sender}` shows the answer", soft_wrap=True
        )


@app.command()
def inbox(
    context: typer.Context,
    number: Annotated[str, typer.Argument(help="A phone number, or a merchant.")],
    mall: MallOption = None,
) -> None:
    """Show what a phone has received, oldest first."""
    with _told():
        site = _site(context)
        received = phones.inbox(site, _number(site, number, mall))
        for one in received:
            console.print(f"[dim]│[/] {escape(one)}", soft_wrap=True)
        if not received:
            console.print("nothing yet")


def _number(site: Site, given: str, mall: str | None) -> str:
    if given.lstrip("+").isdigit():
        return given
    merchant = site.venues.merchant(MerchantId(_mall(site, mall).ref, MerchantRef(given)))
    if merchant.phone is None:
        raise CommandError(f"{merchant.name} has no registered phone")
    return merchant.phone


def _mall(site: Site, ref: str | None) -> Mall:
    if ref is None:
        known = site.venues.mall_refs()
        if len(known) != 1:
            raise CommandError(
                f"there are {len(known)} malls ({', '.join(known)}); say which with --mall"
                if known
                else "no mall has been imported yet: `baylock venue import FILE`"
            )
        ref = known[0]
    try:
        return site.venues.mall(MallRef(ref))
    except NoSuchMall:
        raise CommandError(
            f"there is no mall {ref}; known are: {', '.join(site.venues.mall_refs())}"
        ) from None


# ── the board ────────────────────────────────────────────────────────────────────────────────────


@app.command()
def orders(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Option(help="Only this merchant's, by ref.")] = None,
    state: Annotated[list[str] | None, typer.Option(help="Only in this state; repeatable.")] = None,
    mall: MallOption = None,
) -> None:
    """List orders, newest window first."""
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        console.print(board.orders(site, where, merchant, state or ()))


@app.command()
def order(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help="The order's id: ord_…")],
) -> None:
    """Show one order: where, when, what for, and why it got its space."""
    with _told():
        console.print(board.order(_site(context), which))


@app.command("attention")
def print_attention(
    context: typer.Context,
    mall: Annotated[str | None, typer.Option(help="Only this mall's, by ref.")] = None,
    written: Annotated[
        attention.Format, typer.Option("--format", help="How to write it.")
    ] = attention.Format.TABLE,
) -> None:
    """List what somebody of the mall should go and see: where, and what to do there.

    The most urgent first. Worked out from what orders and locks say now: what is put right is gone
    from the list.
    """
    with _told():
        site, at = _site(context), now()
        refs: Sequence[str | None] = [mall] if mall else site.venues.mall_refs() or [None]
        found = []
        for where in [_mall(site, ref) for ref in refs]:
            with _bar("reading orders") as progress:
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
    which: Annotated[str, typer.Argument(help="The order's id: ord_…")],
) -> None:
    """Print the link to the page of an order's driver, as the driver was texted it.

    Whoever has it can lower the barrier: give it to nobody else.
    """
    with _told():
        console.print(links.link_of(_site(context), which), soft_wrap=True)


@app.command("report")
def print_report(
    context: typer.Context,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; six before the last."),
    ] = None,
    last: Annotated[
        datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; today.")
    ] = None,
    by: Annotated[
        list[By] | None, typer.Option(help="A line for each; repeatable. By day if not given.")
    ] = None,
    mall: Annotated[str | None, typer.Option(help="Only this mall's, by ref.")] = None,
    written: Annotated[
        report.Format, typer.Option("--format", help="JSON has the totals too.")
    ] = report.Format.TABLE,
    each: Annotated[bool, typer.Option("--orders", help="Each order too; as CSV alone.")] = False,
) -> None:
    """Say of which orders the promise was kept, and why not of the others: docs/report.md.

    Days are the mall's own, by the start of an order's window.
    """
    with _told():
        site, at = _site(context), now()
        groups = list(dict.fromkeys(by or [By.DAY]))
        refs: Sequence[str | None] = [mall] if mall else site.venues.mall_refs() or [None]
        found = []
        for where in [_mall(site, ref) for ref in refs]:
            days = report.period_of(where, first and first.date(), last and last.date(), at)
            with _bar("reading orders") as progress:
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


@locks_app.callback()
def locks(
    context: typer.Context,
    lot: Annotated[str | None, typer.Option(help="Only this lot's, by ref.")] = None,
    out: Annotated[bool, typer.Option("--out", help="Only those that take no orders.")] = False,
    mall: MallOption = None,
) -> None:
    """List locks: where their barriers are, for which order, and what is wrong with them."""
    if context.invoked_subcommand is not None:
        return
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        lots = [one.ref for one in where.lots if lot in {None, one.ref}]
        if not lots:
            raise CommandError(f"{where.name} has no lot {lot}")
        console.print(board.locks(site, where, [LotRef(ref) for ref in lots], only_out=out))


@locks_app.command()
def vehicle(
    context: typer.Context,
    thing: LockArgument,
    present: Annotated[bool, typer.Option("--comes/--goes", help="Onto the space, or off it.")],
) -> None:
    """Let a vehicle come onto a simulated lock's space, or leave it."""
    with _told():
        control = _simulation(context)
        faults.known(control, thing)
        control.vehicle(thing, present)
        console.print(f"a vehicle {'stands at' if present else 'has left'} {thing}")


@locks_app.command(help=faults.HELP)
def fault(
    context: typer.Context,
    thing: LockArgument,
    kind: Annotated[Kind, typer.Argument(help="What goes wrong.", show_choices=True)],
    for_s: Annotated[
        float | None,
        typer.Option("--for", min=0.1, max=86400, help="Seconds after which it is put right."),
    ] = None,
    by: Annotated[
        float | None,
        typer.Option(
            help="How much. flaky: seconds; lossy: percent; drain: percent a second; "
            "clock: minutes ahead, negative for slow."
        ),
    ] = None,
) -> None:
    """Let something go wrong with a simulated lock."""
    with _told():
        said = faults.fail(_simulation(context), thing, kind, by, for_s)
        console.print(escape(said), soft_wrap=True)


@locks_app.command()
def mend(context: typer.Context, thing: LockArgument) -> None:
    """Put right whatever is wrong with a simulated lock, and a full battery in."""
    with _told():
        console.print(escape(faults.mend(_simulation(context), thing)), soft_wrap=True)


@locks_app.command()
def hand(
    context: typer.Context,
    thing: LockArgument,
    barrier: Annotated[faults.Rest, typer.Argument(help="Where to turn it.")],
) -> None:
    """Turn the barrier of a simulated lock by hand, with the key."""
    with _told():
        console.print(escape(faults.turn(_simulation(context), thing, barrier)), soft_wrap=True)


def _simulation(context: typer.Context) -> Control:
    return faults.simulation(context.find_root().obj)


@app.command()
def clock(context: typer.Context) -> None:
    """Run the clock now, instead of waiting for the minute."""
    with _told():
        said = run_clock(_site(context))
        console.print(
            f"{said['done']} orders were due and looked at, {said['failed']} failed; "
            f"{said['swept']} spaces were given back that no order came for"
        )


# ── setting up ───────────────────────────────────────────────────────────────────────────────────


@venue_app.command("import")
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
    with _told():
        site = _site(context)
        given = Given(ref=mall, name=name, timezone=timezone, country=country, phone=phone)
        with _bar("measuring walks") as progress:
            found = import_venue(plan, site.venues, site.plans, given=given, progress=progress)
        console.print(render(found))
        if found.errors:
            raise typer.Exit(1)


@venue_app.command("hint")
def rebuild_hint(
    context: typer.Context,
    lot: Annotated[str | None, typer.Option(help="Only this lot's, by ref.")] = None,
    mall: MallOption = None,
) -> None:
    """Rebuild the hint by which large lots are searched, for every day that can be booked.

    It is kept by itself; this is for after a restored table, or when walks seem too long.
    """
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        with _bar("rebuilding the hint") as progress:
            done = rebuild_hints(site, where, lot, progress)
        console.print(
            f"{done.lots} lots with more than {HINT_ABOVE:,} spaces: {done.zones} zones with "
            f"bookings on {done.days} days"
        )


@lock_app.command()
def provision(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(help="Where each lock's key and certificate go.")] = Path(
        "locks"
    ),
    lot: Annotated[str | None, typer.Option(help="Only this lot's, by ref.")] = None,
    mall: MallOption = None,
) -> None:
    """Give every lock of a mall its identity: a thing, a key, a certificate, and its policy.

    The private keys are made here and never leave this folder but for the lock itself. A lock that
    has its identity in the folder keeps it.
    """
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        lots = [one for one in where.lots if lot in {None, one.ref}]
        if not lots:
            raise CommandError(f"{where.name} has no lot {lot}")
        with _bar("provisioning locks") as progress:
            done = provision_locks(site, where, lots, folder, progress)
        console.print(f"{done.new} locks provisioned in {folder}, {done.known} had been before")


@merchant_app.command("list")
def list_merchants(context: typer.Context, mall: MallOption = None) -> None:
    """List a mall's merchants."""
    with _told():
        site = _site(context)
        console.print(board.merchants(site, _mall(site, mall)))


@merchant_app.command("add")
def add_to_merchant(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    name: Annotated[str | None, typer.Option(help="As drivers read it.")] = None,
    beside: Annotated[
        str | None,
        typer.Option(
            help="For a merchant that is not on the plan: the ref of one whose entrance it shares."
        ),
    ] = None,
    phone: Annotated[str | None, typer.Option(help="The number that it texts from.")] = None,
    locale: Annotated[str | None, typer.Option(help="As in zh-CN.")] = None,
    arrive_early: MinutesOption = None,
    leave_late: MinutesOption = None,
    lead: MinutesOption = None,
    grace: MinutesOption = None,
    duration: MinutesOption = None,
    mall: MallOption = None,
) -> None:
    """Say of a merchant what the mall's plan does not, or add one that is not on it.

    Counts at once, and stays through imports. What was said before and is not given stays. Times
    are in minutes, and go before those of the lot.
    """
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        times = {
            "arrive_early": arrive_early,
            "leave_late": leave_late,
            "lead": lead,
            "grace": grace,
            "duration": duration,
        }
        said = Addition(
            MerchantRef(merchant),
            name=name,
            beside=MerchantRef(beside) if beside else None,
            phone=phone,
            locale=locale,
            overrides=Overrides(
                **{
                    name: timedelta(minutes=minutes)
                    for name, minutes in times.items()
                    if minutes is not None
                }
            ),
        )
        one = add_merchant(site.venues, site.plans, where, said, now())
        console.print(f"{one.ref} {escape(one.name)}: phone {one.phone or 'none'}")


@merchant_app.command("remove")
def remove_from_merchant(
    context: typer.Context, merchant: MerchantArgument, mall: MallOption = None
) -> None:
    """Take back what was added to a merchant, and the merchant if it is not on the plan.

    One that is on the plan is as drawn again from the next import on. Orders stay.
    """
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        gone = remove_addition(site.venues, site.plans, where, MerchantRef(merchant), now())
        console.print(f"{merchant} is gone" if gone else f"{merchant}: import the plan again")


@key_app.command("new")
def make_key(
    context: typer.Context,
    merchant: MerchantArgument,
    *,
    test: Annotated[
        bool, typer.Option("--test", help="For trying things out: it leads to a sandbox.")
    ] = False,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(help="What it may do; can be given several times. Everything, without."),
    ] = None,
    note: Annotated[str, typer.Option(help="What it is for, as in 'till 2'.")] = "",
    burst: BurstOption = None,
    rate: RateOption = None,
    per_day: PerDayOption = None,
    mall: MallOption = None,
) -> None:
    """Make a secret key for a merchant, beside those that it has.

    The key is shown once: only its hash is stored. Limits that are not given are the usual ones.
    """
    with _told():
        site = _site(context)
        who = MerchantId(_mall(site, mall).ref, MerchantRef(merchant))
        site.venues.merchant(who)
        if test:
            make_sandbox(site, who)
        key = new_key(
            site.venues,
            who,
            now(),
            test=test,
            scopes=frozenset(scope) if scope else EVERY_SCOPE,
            note=note,
            limits=own_limits(None, burst, rate, per_day),
        )
        console.print(key, soft_wrap=True)
        called = digest_of(key)[:KEY_ID_LETTERS]
        errors.print(f"[dim]its id is {called}; the key is not shown again[/]")


@key_app.command("list")
def list_keys(
    context: typer.Context,
    merchant: Annotated[str | None, typer.Argument(help="Only this merchant's, by ref.")] = None,
    every: Annotated[bool, typer.Option("--all", help="The revoked ones too.")] = False,
    mall: MallOption = None,
) -> None:
    """List the keys of a mall's merchants: what each may do, and when it was last used."""
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        keys = [
            key
            for key in site.venues.keys_of(where.ref)
            if merchant in {None, key.merchant.merchant} and (every or key.revoked_at is None)
        ]
        console.print(keys_table(where, keys, site.call_counts, now()))


@key_app.command("revoke")
def revoke_keys(
    context: typer.Context,
    which: Annotated[list[str], typer.Argument(help=_KEY_ID)],
    mall: MallOption = None,
) -> None:
    """Let keys in no more. It takes 30 seconds at most, for which an answer may be remembered."""
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        for key in [key_called(site.venues, where, one) for one in which]:
            site.venues.revoke_key(key.digest, now())
            console.print(f"{key.id} of {escape(key.merchant.merchant)} is revoked")


@key_app.command("limit")
def limit_key(
    context: typer.Context,
    which: Annotated[str, typer.Argument(help=_KEY_ID)],
    burst: BurstOption = None,
    rate: RateOption = None,
    per_day: PerDayOption = None,
    mall: MallOption = None,
) -> None:
    """Change what a key may call. It takes 30 seconds at most until it counts."""
    with _told():
        site = _site(context)
        key = key_called(site.venues, _mall(site, mall), which)
        limits = own_limits(key.limits, burst, rate, per_day) or Limits()
        site.venues.limit_key(key.digest, limits)
        console.print(
            f"{key.id} may make {limits.burst} calls at once, {limits.per_minute} a minute, "
            f"{limits.per_day} a day"
        )


@connect_app.command("add")
def add_connection(
    context: typer.Context,
    system: Annotated[System, typer.Argument(help="Which booking system.", show_choices=True)],
    merchant: Annotated[str, typer.Option(help="The merchant's ref.")],
    question: Annotated[
        str,
        typer.Option(
            help="The question of the booking form whose answer says whether a customer comes by "
            "car; for Square the word before the colon in the note."
        ),
    ],
    plate_question: Annotated[
        str | None, typer.Option(help="The question that asks for the number plate.")
    ] = None,
    phone_question: Annotated[
        str | None,
        typer.Option(help="The question that asks for the driver's phone, where there is one."),
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            help="What the system signs with, if it has one already. Else one is made; for Square "
            "it is told afterwards, with `baylock connect secret`."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="The API's address where it has a domain of its own: https://…"),
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Into the merchant's sandbox: docs/sandbox.md.")
    ] = False,
    mall: MallOption = None,
) -> None:
    """Let a merchant's booking system tell us of its bookings.

    Prints the address and the secret to put into that system.
    """
    with _told():
        site = _site(context)
        who = MerchantId(_mall(site, mall).ref, MerchantRef(merchant))
        site.venues.merchant(who)
        who = make_sandbox(site, who) if test else who
        questions = Questions(question, plate_question, phone_question)
        made = connections.add(site, system, who, questions, secret=secret, base=at)
        console.print(f"connection  {made.id}", soft_wrap=True)
        console.print(f"address     {made.url}", soft_wrap=True, markup=False)
        if made.secret:
            console.print(f"secret      {made.secret}", soft_wrap=True, markup=False)
        else:
            console.print(f"then        baylock connect secret {made.id}", soft_wrap=True)


@connect_app.command("secret")
def set_secret(
    context: typer.Context,
    connection: ConnectionArgument,
    secret: Annotated[
        str,
        typer.Option(prompt="Signature key", hide_input=True, help="Asked for if not given."),
    ],
) -> None:
    """Tell us what a booking system signs with; it replaces what was told before."""
    with _told():
        connections.set_secret(_site(context), ConnectionId(connection), secret)
        console.print(f"{connection} is ready")


@connect_app.command("list")
def list_connections(context: typer.Context) -> None:
    """List connections: what each is for, and what was heard last."""
    with _told():
        console.print(board.connections(_site(context)))


@connect_app.command("remove")
def remove_connection(context: typer.Context, connection: ConnectionArgument) -> None:
    """Hear no more from a booking system. Orders that came from it stay."""
    with _told():
        connections.remove(_site(context), ConnectionId(connection))
        console.print(f"{connection} is removed")


@merchant_app.command("text-key")
def show_text_key(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(help="The merchant's ref.")],
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Make a new key; the present one counts on beside it.")
    ] = False,
    end_older: Annotated[
        bool, typer.Option("--end-older", help="Only the newest key counts from now on.")
    ] = False,
    demand: Annotated[
        bool | None,
        typer.Option("--demand/--no-demand", help="Whether unsigned texts change nothing."),
    ] = None,
    mall: MallOption = None,
) -> None:
    """Show the key that a merchant signs its texts with, and set whether they must be signed."""
    with _told():
        site = _site(context)
        who = MerchantId(_mall(site, mall).ref, MerchantRef(merchant))
        site.venues.merchant(who)
        counts = text_keys.change(
            site.signatures, who, rotate=rotate, end_older=end_older, demand=demand
        )
        typer.echo(text_key(who, counts.generation, site.code_key))
        console.print(f"[dim]{text_keys.describe(counts)}[/]", soft_wrap=True)


# ── webhooks ─────────────────────────────────────────────────────────────────────────────────────


@webhook_app.command("list")
def list_webhooks(context: typer.Context, mall: MallOption = None) -> None:
    """List merchants' webhooks: where they are, whether they work, and what came last."""
    with _told():
        site = _site(context)
        console.print(webhooks.endpoints(site, _mall(site, mall)))


@webhook_app.command("show")
def show_webhook(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(help="The merchant's ref.")],
    event: Annotated[
        str | None, typer.Argument(help="An event's id: evt_…. Its body is printed.")
    ] = None,
    mall: MallOption = None,
) -> None:
    """Show a merchant's events of the last month, newest first, or what one of them said."""
    with _told():
        site = _site(context)
        where = _mall(site, mall)
        who = MerchantId(where.ref, MerchantRef(merchant))
        if event is None:
            console.print(webhooks.events(site, where, who))
        else:
            typer.echo(webhooks.event(site, who, event).body)


@webhook_app.command("redeliver")
def redeliver_events(
    context: typer.Context,
    merchant: Annotated[str, typer.Argument(help="The merchant's ref.")],
    events: Annotated[
        list[str] | None, typer.Argument(help="Ids, as `baylock webhook show` lists them: evt_….")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that were given up.")] = False,
    mall: MallOption = None,
) -> None:
    """Have events delivered again, with the same ids and bodies; they leave within a minute."""
    with _told():
        site = _site(context)
        if not events and not failed:
            raise CommandError("say which events, or --failed")
        who = MerchantId(_mall(site, mall).ref, MerchantRef(merchant))
        done = webhooks.redeliver(site, who, events or (), now(), failed=failed)
        console.print(f"{done} events are on their way again")


@contextmanager
def _bar(title: str) -> Iterator[board.Counting]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=errors, transient=True) as bar:
        task = bar.add_task(title, total=None)

        def count(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield count


if __name__ == "__main__":
    sys.exit(app())
