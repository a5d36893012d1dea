"""`sam build` and `sam deploy`, against AWS's runtime or the machine at hand."""

import fcntl
import hashlib
import os
import platform
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local_cloud.child import Child
from local_cloud.cloud import Progress
from local_cloud.environment import tool_environment
from local_cloud.errors import LocalCloudError, SamFailed, tail
from local_cloud.home import PROJECT, Home
from local_cloud.stack import Address

STACK_NAME = "baylock"
SAM_PYTHON = PROJECT / ".venv-sam/bin/python"
_BUILDS = PROJECT / ".baylock/build"
_SOURCES = ("template.yaml", "infra", "functions", "layers")
_BUCKET = "baylock-artifacts"
_OLD_BUILD_SECONDS = 3600.0


@dataclass(frozen=True)
class Target:
    """The Lambda that a build is for: the template's parameters, and the layers' environment."""

    runtime: str
    architecture: str
    here: bool = False

    @classmethod
    def machine_at_hand(cls) -> "Target":
        """Return this machine: MiniStack runs functions with this Python."""
        machine = platform.machine().lower()
        return cls(
            runtime=f"python{sys.version_info.major}.{sys.version_info.minor}",
            architecture="arm64" if machine in {"arm64", "aarch64"} else "x86_64",
            here=True,
        )

    @property
    def parameters(self) -> dict[str, str]:
        return {"Runtime": self.runtime, "Architecture": self.architecture}

    def environment(self) -> dict[str, str]:
        """Return variables for the layers' Makefiles; sam passes neither Python nor machine."""
        return {
            "BAYLOCK_RUNTIME": self.runtime,
            "BAYLOCK_ARCHITECTURE": "local" if self.here else self.architecture,
            "BAYLOCK_COMPILE_WITH": sys.executable if self.here else "",
        }


def build_here(*, progress: Progress, project: Path = PROJECT) -> Path:
    """Build for the machine at hand, unless that very content is built; return the template."""
    target = Target.machine_at_hand()
    directory = _BUILDS / _fingerprint(project, target)
    template = directory / "template.yaml"
    with _one_at_a_time():
        if template.exists():
            os.utime(directory)
            return template
        progress(f"building functions and layers for {target.runtime}")
        draft = directory.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        _build(project, draft, target)
        draft.rename(directory)
        _forget_old_builds(directory)
    return template


def build_for_aws(runtime: str, architecture: str) -> Path:
    """Build into .aws-sam/build, where `sam deploy` looks; return that folder."""
    directory = PROJECT / ".aws-sam/build"
    _build(PROJECT, directory, Target(runtime, architecture))
    return directory


def deploy(
    address: Address,
    home: Home,
    template: Path,
    *,
    progress: Progress,
    stack_name: str = STACK_NAME,
    parameters: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Deploy a built template to the local cloud; return the stack's outputs."""
    progress("deploying")
    session = address.session()
    session.client("s3").create_bucket(Bucket=_BUCKET)
    overrides = {**Target.machine_at_hand().parameters, **(parameters or {})}
    _sam(
        ["deploy", "--template-file", str(template), "--stack-name", stack_name,
         "--s3-bucket", _BUCKET, "--region", address.region,
         "--config-file", str(PROJECT / "samconfig.toml"), "--config-env", "local",
         "--parameter-overrides", *_pairs(overrides)],
        log=home.log("sam-deploy"),
        environment=address.environment(),
    )  # fmt: skip
    described = session.client("cloudformation").describe_stacks(StackName=stack_name)
    outputs = described["Stacks"][0].get("Outputs", [])
    return {output["OutputKey"]: output["OutputValue"] for output in outputs}


def _build(project: Path, directory: Path, target: Target) -> None:
    _sam(
        ["build", "--template-file", str(project / "template.yaml"), "--build-dir", str(directory),
         "--config-file", str(PROJECT / "samconfig.toml"), "--config-env", "local",
         "--base-dir", str(project), "--region", "us-east-1", "--parallel",
         "--parameter-overrides", *_pairs(target.parameters)],
        log=PROJECT / ".baylock/logs/sam-build.log",
        environment=target.environment(),
    )  # fmt: skip


def _sam(arguments: list[str], *, log: Path, environment: Mapping[str, str]) -> None:
    if not SAM_PYTHON.exists():
        raise LocalCloudError("the SAM CLI is not installed: run `make setup`")
    child = Child.start(
        "sam",
        ["-m", "samcli", *arguments],
        python=SAM_PYTHON,
        log=log,
        environment=tool_environment(
            SAM_CLI_TELEMETRY="0",
            SAM_CLI_POLL_DELAY="0.2",
            __SAM_CLI_APP_DIR=str(PROJECT / ".baylock/cache/sam"),
            **environment,
        ),
    )
    try:
        if child.wait() != 0:
            raise SamFailed(
                f"`sam {arguments[0]}` failed. The end of {log}:\n{tail(log)}\n"
                "Fix that and run the same command again; "
                "`make check` finds most template errors earlier."
            )
    finally:
        child.stop()


def _pairs(parameters: Mapping[str, str]) -> list[str]:
    return [f"ParameterKey={key},ParameterValue={value}" for key, value in parameters.items()]


def _fingerprint(project: Path, target: Target) -> str:
    """Return a hash of everything that a build reads."""
    digest = hashlib.sha256(f"{target} {sys.version} {platform.platform()}".encode())
    digest.update((PROJECT / "requirements/sam.txt").read_bytes())
    for file in _source_files(project):
        digest.update(f"\0{file.relative_to(project)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _source_files(project: Path) -> Iterator[Path]:
    for source in _SOURCES:
        path = project / source
        files = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in files if file.is_file() and "__pycache__" not in file.parts)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    _BUILDS.mkdir(parents=True, exist_ok=True)
    with (_BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_old_builds(newest: Path) -> None:
    """Remove old builds; a parallel deployment may still read a recent one."""
    for build in _BUILDS.iterdir():
        if build.is_dir() and build != newest:
            age = time.time() - build.stat().st_mtime
            if age > _OLD_BUILD_SECONDS:
                shutil.rmtree(build, ignore_errors=True)
