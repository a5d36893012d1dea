"""A local cloud whose processes are children of this one."""

import json
import os
import secrets
import select
import string
import sys
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from local_cloud.child import Child
from local_cloud.environment import bare_environment, tool_environment
from local_cloud.errors import LocalCloudError, tail
from local_cloud.home import PROJECT, Home
from local_cloud.stack import Address, Iot
from local_cloud.standstill import Standstill

Progress = Callable[[str], None]

REGION = "us-east-1"
MINISTACK_PYTHON = PROJECT / ".venv-ministack/bin/python"
_LAUNCHER = Path(__file__).with_name("launcher.py")
_LOOK_SECONDS = 1.0
# Without a limit each burst of events starts a worker process per event, and more of them than
# there are cores slow down each other's start.
_LAMBDA_CONCURRENCY = min(8, max(4, 2 * (os.cpu_count() or 1)))


class LocalCloud(Protocol):
    """A running cloud: this process's child, or a detached cloud that is being set up."""

    @property
    def home(self) -> Home: ...

    @property
    def address(self) -> Address: ...

    def start(self, name: str, command: Sequence[str]) -> None:
        """Run `python COMMAND` beside the cloud, ended with it; its log is `home.log(name)`."""


class Cloud:
    """MiniStack and the processes beside it. `close` ends them all."""

    def __init__(self, home: Home, address: Address, ministack: Child) -> None:
        self.home = home
        self.address = address
        self._ministack = ministack
        self._beside: dict[str, Child] = {}

    def start(self, name: str, command: Sequence[str]) -> None:
        self._beside[name] = Child.start(
            name,
            command,
            python=Path(sys.executable),
            log=self.home.log(name),
            environment=tool_environment(**self.address.environment()),
        )

    def stop(self, name: str) -> None:
        """End a process that `start` began; the locks' agents end as by a power cut."""
        self._beside.pop(name).stop()

    def ended(self) -> Child | None:
        """Return a child that ended without being stopped; MiniStack first."""
        children = (self._ministack, *self._beside.values())
        return next((child for child in children if child.exit_code is not None), None)

    def check(self) -> None:
        """Raise LocalCloudError if a child has ended without being stopped."""
        if child := self.ended():
            raise LocalCloudError(
                f"{child.name} ended by itself (exit code {child.exit_code}). "
                f"The end of {child.log}:\n{tail(child.log)}"
            )

    def forget(self, child: Child) -> None:
        """Clean up after a child that has ended, and check it no longer."""
        child.stop()
        self._beside.pop(child.name, None)

    def is_ministack(self, child: Child) -> bool:
        return child is self._ministack

    def close(self) -> None:
        for child in self._beside.values():
            child.stop()
        self._ministack.stop(at_once=True)  # its state is in memory or scratch


@contextmanager
def running_cloud(home: Home, *, progress: Progress) -> Iterator[Cloud]:
    """A fresh, empty local cloud in this home, for as long as the block lasts.

    It ends with this process, however that ends. Raises HomeInUse.
    """
    with home.claimed():
        progress("starting MiniStack")
        cloud = _start(home)
        try:
            yield cloud
        finally:
            cloud.close()


def _start(home: Home) -> Cloud:
    if not MINISTACK_PYTHON.exists():
        raise LocalCloudError("MiniStack is not installed: run `make setup`")
    access_key = "AKIA" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(16))
    secret_key = secrets.token_urlsafe(30)
    scratch = home.scratch
    scratch.mkdir(parents=True, exist_ok=True)
    folders = home.worker_folders
    folders.mkdir(mode=0o700)
    read_end, write_end = os.pipe()
    child = Child.start(
        "ministack",
        [str(_LAUNCHER), str(write_end)],
        python=MINISTACK_PYTHON,
        log=home.log("ministack"),
        environment=bare_environment(
            AUTH="true",
            AWS_ACCESS_KEY_ID=access_key,
            AWS_SECRET_ACCESS_KEY=secret_key,
            # MiniStack looks for containers of earlier runs where this points.
            DOCKER_HOST=f"unix://{scratch}/no-docker",
            HOME=str(scratch),
            LAMBDA_ACCOUNT_CONCURRENCY=str(_LAMBDA_CONCURRENCY),
            LAMBDA_EXECUTOR="local",
            MINISTACK_REGION=REGION,
            SFTP_ENABLED="0",
            STATE_DIR=str(scratch / "state"),
            TMPDIR=str(folders),
        ),
        pass_fds=[write_end],
    )
    try:
        os.close(write_end)
        ports = _read_ports(read_end, child)
        endpoint = f"http://127.0.0.1:{ports['http']}"
        home.ca_file.write_bytes(fetch(f"{endpoint}/_ministack/iot/ca.pem"))
    except BaseException:
        child.stop()
        raise
    finally:
        os.close(read_end)
    iot = Iot(host="localhost", port=ports["mqtt"], ca=str(home.ca_file))
    return Cloud(home, Address(endpoint, REGION, access_key, secret_key, iot), child)


def _read_ports(read_end: int, child: Child) -> dict[str, int]:
    still = Standstill()
    ready = False
    while not ready and not still.is_over_limit(child.log.stat().st_size):
        ready = bool(select.select([read_end], [], [], _LOOK_SECONDS)[0])
    line = os.read(read_end, 4096) if ready else b""
    if not line:
        raise LocalCloudError(
            f"MiniStack did not start. The end of {child.log}:\n{tail(child.log)}\n"
            "If a package is missing there: `make clean`, then `make setup`."
        )
    ports: dict[str, int] = json.loads(line)
    return ports


def fetch(url: str) -> bytes:
    """GET from the local cloud, without the proxies of the caller's shell."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=10) as response:
        body: bytes = response.read()
    return body
