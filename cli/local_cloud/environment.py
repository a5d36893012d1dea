"""The environment of child processes, whatever the caller's shell has set."""

import os

from local_cloud.home import PROJECT

# A local run must never reach the caller's AWS account, nor take another Python's settings. A make
# above us would pass its job slots on to sam's.
_KEPT_OUT = (
    "AWS_", "CONDA_", "MAKE", "MFLAGS", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "SAM_CLI_",
    "UV_PROJECT", "UV_PYTHON", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV",
)  # fmt: skip
_LOOPBACK = "127.0.0.1,localhost"


def tool_environment(**extra: str) -> dict[str, str]:
    """Return the environment for sam and the agents: the caller's, without AWS and other Pythons.

    Proxy and package index settings stay: builds need them.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_OUT)}
    return kept | {
        "PATH": f"{PROJECT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "NO_PROXY": _LOOPBACK,
        "no_proxy": _LOOPBACK,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "UV_PYTHON_DOWNLOADS": "never",
        **extra,
    }


def bare_environment(**extra: str) -> dict[str, str]:
    """Return the environment for MiniStack and its Lambda workers: as empty as Lambda's own."""
    return {"PATH": os.defpath, "LANG": "en_US.UTF-8", "TZ": "UTC", "NO_PROXY": "*", **extra}
