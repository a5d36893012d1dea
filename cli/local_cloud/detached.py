"""A local cloud that stays when this process ends: `make up` and `make down`."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from local_cloud.child import await_end_of_group
from local_cloud.cloud import Progress, fetch
from local_cloud.environment import tool_environment
from local_cloud.errors import HomeInUse, LocalCloudError, tail
from local_cloud.home import PROJECT, Home
from local_cloud.stack import Address, Iot, Stack
from local_cloud.terminal import Terminal

_END_SECONDS = 15.0


class DetachedCloud:
    """A detached cloud while it is being set up, controlled through its supervisor."""

    def __init__(self, home: Home, supervisor: subprocess.Popen[bytes]) -> None:
        self.home = home
        self._supervisor = supervisor
        address = self._receive()["address"]
        self.address = Address(**{**address, "iot": Iot(**address["iot"])})

    def start(self, name: str, command: Sequence[str]) -> None:
        self._send({"start": name, "command": list(command)})

    def keep(self) -> None:
        self._send({"keep": True})

    def _send(self, message: dict[str, Any]) -> None:
        assert self._supervisor.stdin  # noqa: S101 opened in starting_detached
        with suppress(BrokenPipeError):  # then the answer is missing too, which is reported
            self._supervisor.stdin.write(json.dumps(message).encode() + b"\n")
            self._supervisor.stdin.flush()
        self._receive()

    def _receive(self) -> dict[str, Any]:
        assert self._supervisor.stdout  # noqa: S101 opened in starting_detached
        line = self._supervisor.stdout.readline()
        if not line:
            log = self.home.log("supervisor")
            raise LocalCloudError(f"the local cloud ended. The end of {log}:\n{tail(log)}")
        answer: dict[str, Any] = json.loads(line)
        if text := answer.get("error"):
            raise (HomeInUse if answer.get("kind") == "HomeInUse" else LocalCloudError)(text)
        return answer


@contextmanager
def starting_detached(home: Home, *, progress: Progress) -> Iterator[DetachedCloud]:
    """A fresh cloud that stays after the block, if the block ends well and saved a stack.json.

    If the block raises, or this process dies in it, everything ends. A cloud that stays ends with
    the terminal of this process, if there is one, or by `stop`.
    """
    progress("starting MiniStack")
    log = home.log("supervisor")
    log.parent.mkdir(parents=True, exist_ok=True)
    terminal = Terminal.of_this_process()
    with log.open("wb") as output:
        supervisor = subprocess.Popen(
            [sys.executable, "-I", "-m", "local_cloud.supervisor", home.path,
             *([json.dumps(asdict(terminal))] if terminal else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=output,
            cwd=PROJECT,
            env=tool_environment(),
            start_new_session=True,
        )  # fmt: skip
    with supervisor:  # closes the pipes, at which it ends unless it has got `keep`
        try:
            cloud = DetachedCloud(home, supervisor)
            yield cloud
            if not home.stack_file.exists():
                raise LocalCloudError(f"nothing was written to {home.stack_file}")
            cloud.keep()
        except BaseException:
            supervisor.terminate()
            raise
        # This process no longer waits for it.
        supervisor.returncode = 0


def running_stack(home: Home) -> Stack | None:
    """Return the stack that runs in this home, or None; HomeInUse while it is being set up."""
    holder = home.holder()
    if holder is None:
        return None
    try:
        stack = Stack.load(home.stack_file)
        fetch(f"{stack.endpoint}/_ministack/health")
    except FileNotFoundError as error:
        raise HomeInUse(
            f"a local cloud is being set up in {home.path} (process {holder}).\n"
            "Wait for it, or end it with `make down`."
        ) from error
    except OSError as error:
        raise LocalCloudError(
            f"a local cloud runs in {home.path} (process {holder}) but does not answer: {error}\n"
            "End it with `make down`, then start again."
        ) from error
    return stack


def stop(home: Home) -> bool:
    """End the cloud of this home and return when it is gone; False where none ran."""
    ran = False
    for number in (signal.SIGTERM, signal.SIGKILL):
        # Read it again each time: only the current claim proves whose process that is.
        if holder := home.holder():
            ran = True
            with suppress(ProcessLookupError):
                os.kill(holder, number)
            deadline = time.monotonic() + _END_SECONDS
            while home.holder() is not None and time.monotonic() < deadline:
                time.sleep(0.02)
            await_end_of_group(holder)
    if home.holder() is None:
        return ran
    raise LocalCloudError(
        f"process {home.holder()} in {home.path} could not be ended; see {home.log('supervisor')}"
    )
