"""Use cases with their real adapters, one file a room, built when they are first asked for.

Each function asks for the one that it needs, and imports no more than that: adapters and clients
are imported where they are built.
"""
