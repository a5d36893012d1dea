"""Errors of a deployment."""


class DeploymentError(Exception):
    """A deployment can't be reached, or fails; the text says why, and what to do next."""
