"""The local cloud: MiniStack, the deployment on it, and the processes beside it.

Three ways in: `running_cloud` (a child of this process, ended with it), `starting_detached` (stays
after this process, until `stop` or until its terminal ends), and `running_stack` (the stack that
stayed). `seed` puts the example mall into it, and `demo` plays the main job there.
"""

from local_cloud.cloud import Cloud, LocalCloud, running_cloud
from local_cloud.detached import DetachedCloud, running_stack, starting_detached, stop
from local_cloud.errors import HomeInUse, LocalCloudError, SamFailed
from local_cloud.home import Home
from local_cloud.sam import build_here, deploy
from local_cloud.stack import Address, Iot, Merchant, Stack

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
