"""What a command can't do."""


class CommandError(Exception):
    """A command can't be carried out; the text says why, and what to do next."""
