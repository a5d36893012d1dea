"""The local cloud: MiniStack, what is deployed to it, and the processes that run beside it.

Three ways in: `running_cloud` (a child of this process, ended with it), `starting_detached` (stays
after this process, until `stop` or until its terminal ends), and `running_stack` (what stays).
"""

from baylock_cli.local.cloud import Cloud, LocalCloud, running_cloud
from baylock_cli.local.detached import DetachedCloud, running_stack, starting_detached, stop
from baylock_cli.local.errors import HomeInUse, LocalCloudError, SamFailed
from baylock_cli.local.home import Home
from baylock_cli.local.sam import build_here, deploy
from baylock_cli.local.stack import Address, Iot, Merchant, Stack

__all__ = [
    "Address",
    "Cloud",
    "DetachedCloud",
    "Home",
    "HomeInUse",
    "Iot",
    "LocalCloud",
    "LocalCloudError",
    "Merchant",
    "SamFailed",
    "Stack",
    "build_here",
    "deploy",
    "running_cloud",
    "running_stack",
    "starting_detached",
    "stop",
]
