"""What each function imports is in the layers: nothing that only a developer's machine has."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FUNCTIONS = ROOT / "functions"
HANDLERS = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))

IN_RUNTIME = {
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
}
"""What Lambda's runtime brings."""

PROBE = """
import importlib, importlib.abc, importlib.metadata, sys

allowed, modules = set(sys.argv[1].split()), sys.argv[2].split()
ours = importlib.metadata.packages_distributions()

class OnlyLayers(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        owners = {one.lower().replace("_", "-") for one in ours.get(top, ())}
        if owners - {"baylock"} and not owners & allowed and top not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{top} is in no layer", name=name)
        return None

sys.meta_path.insert(0, OnlyLayers())
for module in modules:
    importlib.import_module(module)
print(*sys.modules)
"""


def in_layer() -> set[str]:
    text = (ROOT / "layers/dependencies/requirements.txt").read_text()
    return {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def probe(allowed: set[str], *modules: str) -> subprocess.CompletedProcess[str]:
    """Import modules where only these packages are to be had."""
    return subprocess.run(
        [sys.executable, "-c", PROBE, " ".join(allowed), " ".join(modules)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={"PATH": "/usr/bin:/bin"},
    )


@pytest.mark.parametrize("handler", HANDLERS)
def test_function_finds_all_it_imports_in_the_layers_and_imports_no_client(handler: str) -> None:
    done = probe(in_layer() | IN_RUNTIME, f"{handler}.app", "baylock.bootstrap")
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert "boto3" not in loaded, "a client is made when it is needed, not when imported"


def test_missing_package_is_noticed() -> None:
    done = probe((in_layer() | IN_RUNTIME) - {"msgspec"}, "merchant_api.app")
    assert done.returncode != 0
    assert "msgspec is in no layer" in done.stderr


def test_layer_leaves_to_the_runtime_what_is_there() -> None:
    assert in_layer() & IN_RUNTIME == set()
    assert {"msgspec", "pynamodb", "parsy", "phonenumberslite"} <= in_layer()


def test_every_function_is_looked_at() -> None:
    assert {"merchant_api", "authorizer", "inbound_sms", "order_changed", "clock"} <= set(HANDLERS)


def test_so_does_every_module_of_the_package() -> None:
    """Bootstrap imports use cases and adapters only when it builds them."""
    package = ROOT / "layers/baylock/python"
    modules = [
        ".".join(path.relative_to(package).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted(package.rglob("*.py"))
    ]
    assert "baylock.adapters.dynamodb.orders" in modules
    done = probe(in_layer() | IN_RUNTIME, *modules)
    assert done.returncode == 0, done.stderr
