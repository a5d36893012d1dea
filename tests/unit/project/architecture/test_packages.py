"""The packages beside the layer and the functions import only what they may."""

from __future__ import annotations

import ast

import pytest
from tests.unit.project.architecture.code import ROOT, imports, is_within, modules

PROGRAMS = {
    "venue_import": ("baylock", "venue_import"),
    # The tool with which a lock makes its key, where the locks are simulated.
    "deployment": ("baylock", "baylock_lock", "deployment"),
    "baylock_lock": ("baylock_lock",),
    "local_cloud": ("baylock", "baylock_lock", "deployment", "local_cloud", "venue_import"),
    "baylock_cli": (
        "baylock",
        "baylock_cli",
        "baylock_lock",
        "deployment",
        "local_cloud",
        "venue_import",
    ),
    "examples": ("baylock", "examples", "venue_import"),
    "bench": (
        "baylock",
        "baylock_lock",
        "bench",
        "deployment",
        "local_cloud",
        "tests",
        "venue_import",
    ),
}
"""By package: the project's packages that it may import. Nobody imports the commands."""

PACKAGE_FOLDERS = {
    "cli": "",
    "devices/lock": "",
    "examples": "examples.",
    "bench": "bench.",
    "tests": "tests.",
}
"""By folder: what comes before the names of its modules."""

COMMANDS = "baylock_cli"
APP = "baylock_cli.main.app"
"""The typer application, which typer's runner takes: the way in for a test of a command."""
TESTS_OF_COMMANDS = "tests.unit.cli"


def wrong_packages(source: str, module: str) -> list[str]:
    """Imports of the project's packages that a module outside layer and functions may not have."""
    top = module.partition(".")[0]
    found = []
    for node, name in imports(ast.parse(source)):
        package = name.partition(".")[0]
        if top == "tests":
            is_wrong = (
                package == COMMANDS and name != APP and not is_within(module, TESTS_OF_COMMANDS)
            )
        else:
            ours = package in PROGRAMS or package in {"baylock", "tests"}
            is_wrong = ours and package not in PROGRAMS[top]
            # Only a deployment's stores know AWS.
            is_wrong |= is_within(name, "baylock.adapters") and top not in {"deployment", "bench"}
        if is_wrong:
            found.append(f"line {node.lineno}: {module} imports {name}")
    return found


PROGRAM_MODULES = {
    prefix + module: path
    for folder, prefix in PACKAGE_FOLDERS.items()
    for module, path in modules(ROOT / folder).items()
}


def test_packages_import_only_what_they_may() -> None:
    wrong = [
        line
        for module, path in PROGRAM_MODULES.items()
        for line in wrong_packages(path.read_text(), module)
    ]
    assert wrong == []


def test_every_package_is_checked() -> None:
    tops = {module.partition(".")[0] for module in PROGRAM_MODULES}
    assert tops == {*PROGRAMS, "tests"}
    assert {"baylock_cli.main", "local_cloud.seed", "tests.e2e.conftest"} <= PROGRAM_MODULES.keys()


WRONG_PACKAGES = {
    "the import of venues knows the commands": (
        "venue_import.plan",
        "from baylock_cli.errors import CommandError",
    ),
    "it knows its caller": ("venue_import.plan", "from local_cloud.seed import seed"),
    "it knows a deployment": ("venue_import.plan", "import deployment"),
    "the local cloud knows the commands": (
        "local_cloud.seed",
        "def f():\n    from baylock_cli.main import app",
    ),
    "a deployment knows the local cloud": (
        "deployment.phones",
        "from local_cloud import Stack",
    ),
    "a deployment knows the commands": ("deployment.clock", "import baylock_cli"),
    "a lock knows the cloud": ("baylock_lock.agent", "from baylock.domain.locks import lock"),
    "a benchmark knows a command": ("bench.page", "from baylock_cli.main import app"),
    "a test knows a command": ("tests.e2e.test_x", "from baylock_cli.commands import orders"),
    "a command knows a table of AWS": (
        "baylock_cli.commands.keys",
        "from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys",
    ),
    "a command knows the tests": ("baylock_cli.main", "from tests.fakes.mall import HARBOUR"),
}

RIGHT_PACKAGES = {
    "a test that runs a command": ("tests.e2e.test_x", "from baylock_cli.main import app"),
    "a test of the commands": (
        "tests.unit.cli.test_x",
        "from baylock_cli.tables.keys import keys_table",
    ),
    "the seed of the local cloud": (
        "local_cloud.seed",
        "from deployment import Deployment\nfrom venue_import import import_venue",
    ),
    "a command": ("baylock_cli.commands.local", "from local_cloud.seed import seed"),
    "a deployment's store": (
        "deployment.deployment",
        "from baylock.adapters.dynamodb.keys import DynamoDBMerchantKeys",
    ),
}


@pytest.mark.parametrize("case", WRONG_PACKAGES)
def test_wrong_package_is_seen(case: str) -> None:
    module, source = WRONG_PACKAGES[case]
    assert wrong_packages(source, module)


@pytest.mark.parametrize("case", RIGHT_PACKAGES)
def test_right_package_is_let_by(case: str) -> None:
    module, source = RIGHT_PACKAGES[case]
    assert wrong_packages(source, module) == []
