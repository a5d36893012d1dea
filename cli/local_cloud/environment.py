"""What the environment of a child process holds, whatever the caller's shell has set."""

import os

from local_cloud.home import PROJECT

# An account of the caller's must never be reached from a local run, and another Python's settings
# never reach ours. A make above us would hand its job slots down to sam's.
_KEPT_OUT = (
    "AWS_", "CONDA_", "MAKE", "MFLAGS", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "SAM_CLI_",
    "UV_PROJECT", "UV_PYTHON", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV",
)  # fmt: skip
_LOOPBACK = "127.0.0.1,localhost"


def tool_environment(**extra: str) -> dict[str, str]:
    """For sam and the agents: the caller's, less accounts and foreign Pythons.

    Proxy and package index settings stay, for the builds need them.
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
    """For MiniStack, whose Lambda workers inherit it all: as empty as Lambda's own is."""
    return {"PATH": os.defpath, "LANG": "en_US.UTF-8", "TZ": "UTC", "NO_PROXY": "*", **extra}
