"""The `baylock` command."""
