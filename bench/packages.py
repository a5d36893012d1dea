"""Size of the uploaded packages: the functions and the two layers, as `make build` makes them."""

from __future__ import annotations

import re
from pathlib import Path

from bench.results import Package
from local_cloud.sam import build_for_aws

RUNTIME, ARCHITECTURE = "python3.14", "arm64"
"""The template's defaults, which run in AWS."""


def packages() -> list[Package]:
    """Build anew; LocalCloudError if that fails, for instance without a package index."""
    built = build_for_aws(RUNTIME, ARCHITECTURE)
    return [_package(folder) for folder in sorted(built.iterdir()) if _is_package(folder)]


def _is_package(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "template.yaml").exists()


def _package(folder: Path) -> Package:
    is_layer = (folder / "python").is_dir()
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Package(_snake(folder.name, is_layer=is_layer), size / 1000, is_layer)


def _snake(logical_id: str, *, is_layer: bool) -> str:
    """Return the folder of a function: `merchant_api` for `MerchantApiFunction`."""
    name = logical_id.removesuffix("Layer" if is_layer else "Function")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
