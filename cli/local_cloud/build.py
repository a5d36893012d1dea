"""`make build`: build for AWS into .aws-sam, where `sam deploy` looks, and print the sizes."""

import argparse
import os
import sys
from pathlib import Path

from local_cloud.errors import LocalCloudError
from local_cloud.sam import build_for_aws


def _size_kb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1000


def _report(directory: Path) -> str:
    built = sorted(path for path in directory.iterdir() if path.is_dir())
    layers = [path for path in built if (path / "python").is_dir()]
    nested = [path for path in built if (path / "template.yaml").exists()]
    functions = [path for path in built if path not in layers + nested]
    lines = [f"  {path.name:<28}{_size_kb(path) / 1000:8.2f} MB  layer" for path in layers]
    lines += [f"  {path.name:<28}{_size_kb(path):8.1f} kB  function" for path in functions]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make build", description=__doc__)
    parser.add_argument("--runtime", required=True)
    parser.add_argument("--architecture", required=True, choices=["arm64", "x86_64"])
    asked = parser.parse_args()
    try:
        directory = build_for_aws(asked.runtime, asked.architecture)
    except LocalCloudError as error:
        sys.exit(str(error))
    where = os.path.relpath(directory)
    print(f"built for {asked.runtime} on {asked.architecture} into {where}, unpacked:")
    print(_report(directory))
    print("deploy it: .venv-sam/bin/sam deploy --guided")


if __name__ == "__main__":
    main()
