"""A deployed Baylock as its operators reach it: on this machine, or in an AWS account.

Its stores, its API, its clock, its phones and the identities of its locks. The commands, the local
cloud, the tests and the benchmarks use it; it uses none of them.
"""

from deployment.deployment import Deployment, now
from deployment.errors import DeploymentError

__all__ = ["Deployment", "DeploymentError", "now"]
