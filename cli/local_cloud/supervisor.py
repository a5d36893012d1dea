"""The process behind `make up`: `python -m local_cloud.supervisor HOME [TERMINAL]`.

It owns the cloud and takes commands from its starter (`detached.py`), a line of JSON each on
standard input, until `keep`; if standard input closes before that, it ends everything. After `keep`
it ends everything at SIGTERM, SIGINT or SIGHUP, when its terminal is gone, or when MiniStack is.
Whatever kills it, its children are tethered to it.
"""

import json
import os
import select
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from local_cloud.cloud import Cloud, running_cloud
from local_cloud.errors import LocalCloudError
from local_cloud.home import Home
from local_cloud.terminal import Terminal

_LOOK_SECONDS = 0.5
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Ended(Exception):
    """The supervisor ends everything; the text is the reason."""


def supervise(home: Home, terminal: Terminal | None) -> None:
    with running_cloud(home, progress=_note) as cloud:
        _answer({"address": asdict(cloud.address)})
        _obey(cloud)
        _note("set up; keeping it")
        while True:
            _look(cloud, terminal)
            select.select([], [], [], _LOOK_SECONDS)


def _obey(cloud: Cloud) -> None:
    """Carry out commands until `keep`."""
    buffered = b""
    while True:
        ready, _, _ = select.select([0], [], [], _LOOK_SECONDS)
        _look(cloud, None)
        if not ready:
            continue
        received = os.read(0, 65536)
        if not received:
            raise Ended("its starter is gone")
        *lines, buffered = (buffered + received).split(b"\n")
        for line in lines:
            if not _carry_out(cloud, json.loads(line)):
                return


def _carry_out(cloud: Cloud, command: dict[str, Any]) -> bool:
    """Carry out a command; return False after the last one."""
    match command:
        case {"start": str(name), "command": [*parts]}:
            cloud.start(name, [str(part) for part in parts])
            _answer({})
        case {"keep": True}:
            _answer({})
            _let_go_of_starter()
            return False
        case _:
            _answer({"error": f"no such command: {command}"})
    return True


def _let_go_of_starter() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    os.close(nothing)


def _look(cloud: Cloud, terminal: Terminal | None) -> None:
    if child := cloud.ended():
        if cloud.is_ministack(child):
            raise Ended(f"MiniStack ended with exit code {child.exit_code}; see {child.log}")
        _note(f"{child.name} ended with exit code {child.exit_code}; see {child.log}")
        cloud.forget(child)
    if terminal and terminal.is_gone():
        raise Ended(f"its terminal {terminal.device} is gone")


def _answer(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    for ending in _ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise Ended(f"received {signal.Signals(number).name}")


def main() -> None:
    for ending in _ENDINGS:
        signal.signal(ending, _end)
    home = Home(Path(sys.argv[1]))
    terminal = Terminal(**json.loads(sys.argv[2])) if len(sys.argv) > 2 else None  # noqa: PLR2004 HOME, TERMINAL
    try:
        supervise(home, terminal)
    except Ended as reason:
        _note(f"ended everything: {reason}")
    except BrokenPipeError:
        _note("ended everything: its starter is gone")
    except LocalCloudError as error:
        _note(str(error))
        _answer({"error": str(error), "kind": type(error).__name__})
        sys.exit(1)


if __name__ == "__main__":
    main()
