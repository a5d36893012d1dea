"""`--help` and `--version` of every command: what they import, and their words."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import typer
from typer.models import CommandInfo
from typer.testing import CliRunner

from baylock_cli.main import app

HEAVY = (
    *("awscrt", "boto3", "botocore", "cryptography", "deployment.deployment", "networkx", "numpy"),
    *("phonenumbers", "pynamodb", "shapely", "urllib3", "venue_import"),
)
"""Packages that take longer to import than all of the commands."""

ASK_EVERY_COMMAND = f"""
import sys
import typer
from typer.testing import CliRunner
from baylock_cli.main import app

def ask(command, path):
    done = CliRunner().invoke(app, [*path, "--help"])
    assert done.exit_code == 0, (path, done.output)
    for name, below in getattr(command, "commands", {{}}).items():
        ask(below, [*path, name])
    asked.append(path)

asked = []
ask(typer.main.get_command(app), [])
print(len(asked), *(name for name in {HEAVY!r} if name in sys.modules))
"""


def test_help_of_every_command_imports_nothing_heavy() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ASK_EVERY_COMMAND], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    number, *heavy = ran.stdout.split()
    assert int(number) > 30, "every command was asked"
    assert heavy == []


def test_version_is_printed_without_a_command() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    assert done.stdout.startswith("baylock ")


def test_locks_are_one_group_and_the_old_name_still_works() -> None:
    help_ = CliRunner().invoke(app, ["--help"]).stdout
    assert " lock " in help_
    assert " locks " not in help_.replace("locks.", "")
    for group in ("lock", "locks"):
        shown = CliRunner().invoke(app, [group, "--help"]).stdout
        for command in ("list", "show", "provision", "fault", "mend", "hand", "vehicle"):
            assert command in shown


def test_help_is_wrapped_by_the_terminal_and_not_by_its_source() -> None:
    """Where a line of a paragraph ends, the next word had no room."""
    commands = list(registered(app))
    assert len(commands) > 30
    for command in commands:
        assert not re.search(r"[^\n]\n[^\n]", command.help or ""), command.help


def registered(part: typer.Typer) -> Iterator[CommandInfo]:
    yield from part.registered_commands
    for group in part.registered_groups:
        assert group.typer_instance is not None
        yield from registered(group.typer_instance)
