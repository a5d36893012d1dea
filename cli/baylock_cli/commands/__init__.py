"""The commands: they parse options, call a use case, and print."""
