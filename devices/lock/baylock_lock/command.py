"""`python -m baylock_lock`: run the agents of one lock or of many simulated ones."""

import argparse
import asyncio
import contextlib
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from baylock_lock import identity_command, log
from baylock_lock.agent import Timing
from baylock_lock.control import ControlServer
from baylock_lock.fleet import Fleet, IdentityMissing, read_identities
from baylock_lock.hardware import Hardware
from baylock_lock.link import Endpoint, IdentityUnusable
from baylock_lock.simulated import MOVEMENT_S, SimulatedHardware

EXAMPLE = """\
example, many simulated locks against a local broker:
  python -m baylock_lock --host localhost --port 8883 --ca ca.pem --identities .baylock/locks \\
      --simulate --control-file .baylock/locks.json

example, the lock that this computer is built into, on AWS:
  python -m baylock_lock --host abc123-ats.iot.eu-west-1.amazonaws.com --port 443 \\
      --identities /etc/baylock --hardware acme_lock:driver

Prints one line of JSON, {"ready": true, "locks": 240, "seconds": 3.1}, when all are connected.
Ends on SIGTERM or SIGINT with exit code 0; 2 when it can't start.

A lock makes its own key, which never leaves it:
  python -m baylock_lock request --help    make a key and the request for its certificate
  python -m baylock_lock claim --help      get the certificate, with a claim certificate
"""


STDIN = 0
LAST_PORT = 65535
DAY_S = 86400


class CannotStart(Exception):
    """The options are invalid."""


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in identity_command.COMMANDS:
        return identity_command.main(words)
    given = parser().parse_args(words)
    log.start(given.log_level)
    try:
        asyncio.run(_run(given))
    except (IdentityMissing, IdentityUnusable, CannotStart) as error:
        sys.stderr.write(f"baylock_lock: {error}\n")
        return 2
    return 0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m baylock_lock",
        description="The agent beside a parking lock: keeps the barrier as its shadow desires.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    broker = parser.add_argument_group("the broker")
    broker.add_argument("--host", required=True, help="as named in the broker's certificate")
    broker.add_argument("--port", type=_port, default=8883, help="8883 (default), 443, or a local")
    broker.add_argument("--ca", type=Path, metavar="PEM", help="default: the system's authorities")
    broker.add_argument("--keep-alive", type=_seconds(30), default=60, metavar="S")
    broker.add_argument("--reconnect-max", type=_seconds(1), default=30, metavar="S")
    locks = parser.add_argument_group("the locks")
    locks.add_argument(
        "--identities",
        type=Path,
        required=True,
        metavar="DIR",
        help="holds <thing>/certificate.pem and <thing>/private.key",
    )
    locks.add_argument(
        "--thing", action="append", default=[], metavar="NAME", help="only this lock; repeatable"
    )
    hardware = locks.add_mutually_exclusive_group(required=True)
    hardware.add_argument("--simulate", action="store_true", help="simulated locks")
    hardware.add_argument(
        "--hardware",
        metavar="MODULE:FACTORY",
        help="FACTORY(thing) returns a baylock_lock.hardware.Hardware",
    )
    locks.add_argument("--report-every", type=_seconds(1), default=300, metavar="S")
    locks.add_argument(
        "--settle",
        type=_seconds(0),
        default=3,
        metavar="S",
        help="from the departure of a vehicle to the raise that it delayed",
    )
    simulation = parser.add_argument_group("the simulation")
    simulation.add_argument("--movement", type=_seconds(0), default=MOVEMENT_S, metavar="S")
    simulation.add_argument(
        "--state-dir", type=Path, metavar="DIR", help="keep each lock's state over a restart"
    )
    simulation.add_argument(
        "--control-file",
        type=Path,
        metavar="PATH",
        help="take commands on a loopback port, written here as {host, port, pid}",
    )
    process = parser.add_argument_group("the process")
    process.add_argument(
        "--exit-with-parent", action="store_true", help="end when standard input is closed"
    )
    process.add_argument(
        "--log-level", choices=("debug", "info", "warning"), default="info", metavar="LEVEL"
    )
    return parser


async def _run(given: argparse.Namespace) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    if given.exit_with_parent:
        _watch_parent(loop, ended)
    if given.ca and not given.ca.is_file():
        raise CannotStart(f"no CA file {given.ca}")
    hardware = _hardware(given, loop)
    fleet = Fleet(
        Endpoint(
            host=given.host,
            port=given.port,
            ca=given.ca,
            keep_alive_s=round(given.keep_alive),
            reconnect_max_s=given.reconnect_max,
        ),
        read_identities(given.identities, given.thing),
        hardware,
        loop=loop,
        timing=Timing(report_every_s=given.report_every, settle_s=given.settle),
        ready=_print_ready,
    )
    control = ControlServer(given.control_file, fleet.answer) if given.control_file else None
    try:
        await fleet.start()
        if control:
            await control.start()
        log.info("started", locks=fleet.total, host=given.host, port=given.port)
        await ended.wait()
    finally:
        if control:
            control.stop()
        await fleet.stop()
        log.info("ended")


def _hardware(
    given: argparse.Namespace, loop: asyncio.AbstractEventLoop
) -> Callable[[str], Hardware]:
    if given.hardware:
        return _driver(given.hardware)
    directory: Path | None = given.state_dir
    if directory:
        directory.mkdir(parents=True, exist_ok=True)

    def simulated(thing: str) -> Hardware:
        return SimulatedHardware(
            loop.call_later,
            movement_s=given.movement,
            state_file=directory / f"{thing}.json" if directory else None,
        )

    return simulated


def _driver(name: str) -> Callable[[str], Hardware]:
    module, _, factory = name.partition(":")
    try:
        return cast("Callable[[str], Hardware]", getattr(importlib.import_module(module), factory))
    except (ImportError, AttributeError, ValueError) as error:
        raise CannotStart(f"no hardware driver {name}: {error}") from error


def _watch_parent(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    """End when standard input closes, as it does however the parent ends.

    In a thread, because a loop can't watch every kind of file.
    """

    def wait() -> None:
        with contextlib.suppress(OSError):  # no standard input counts as closed
            while os.read(STDIN, 4096):
                pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _print_ready(locks: int, seconds: float) -> None:
    with contextlib.suppress(OSError):  # standard output may be closed
        sys.stdout.write(json.dumps({"ready": True, "locks": locks, "seconds": seconds}) + "\n")
        sys.stdout.flush()


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port <= LAST_PORT:
        raise argparse.ArgumentTypeError(f"a port is 1 to {LAST_PORT}")
    return port


def _seconds(least: float) -> Callable[[str], float]:
    def seconds(text: str) -> float:
        value = float(text)
        if not least <= value <= DAY_S:
            raise argparse.ArgumentTypeError(f"{least:g} to {DAY_S} seconds")
        return value

    return seconds
