"""The `baylock` command: the local cloud, venues, locks, and a phone to text with."""
