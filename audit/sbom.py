"""Bills of materials: CycloneDX, a file for each set of pinned packages."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

FOLDER = Path(".baylock/sbom")


def write_all(root: Path, tools: Path, pins: Iterable[Path]) -> list[Path]:
    """Write the bill of each file of pins; the same pins make the same bytes. Returns the files."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for one in pins:
        name = "layer" if one.parent.name == "dependencies" else one.stem
        path = folder / f"{name}.cdx.json"
        path.write_text(json.dumps(bill(one, tools, name), indent=2, sort_keys=True) + "\n")
        print(path.relative_to(root))
        written.append(path)
    return written


def bill(pins: Path, tools: Path, name: str) -> dict[str, Any]:
    """The bill of a file of pins. It names no index: where a package comes from is the reader's."""
    command = [str(tools / "cyclonedx-py"), "requirements", "--output-reproducible", "--of", "JSON"]
    done = subprocess.run([*command, str(pins)], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"cyclonedx-py failed with exit code {done.returncode}: {done.stderr[-2_000:]}")
    read: dict[str, Any] = json.loads(done.stdout)
    read["metadata"] = {"component": {"type": "application", "name": f"baylock {name}"}}
    read["components"] = sorted(map(_component, read["components"]), key=lambda one: one["purl"])
    read["dependencies"] = [{"ref": one["bom-ref"]} for one in read["components"]]
    return read


def _component(read: dict[str, Any]) -> dict[str, Any]:
    kept = {name: read[name] for name in ("type", "name", "version", "purl")}
    return kept | {"bom-ref": read["purl"]}
