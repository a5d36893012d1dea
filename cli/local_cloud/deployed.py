"""The deployment on a local cloud that stays up."""

from __future__ import annotations

from deployment import Deployment
from local_cloud.detached import running_stack
from local_cloud.errors import LocalCloudError
from local_cloud.home import Home
from local_cloud.stack import Stack


def deployment_of(stack: Stack) -> Deployment:
    """Return the deployment of a local stack."""
    return Deployment(stack.session(), stack.outputs, stack.api, stack.sms_outbox)


def running_deployment(home: Home) -> Deployment:
    """Return the deployment that `make up` started; LocalCloudError where none is up."""
    stack = running_stack(home)
    if stack is None:
        raise LocalCloudError(
            "no local cloud is up: start one with `make up`, or name a stack in your AWS "
            "account with `--stack NAME`"
        )
    return deployment_of(stack)
