"""Use cases with their real adapters, a file per room, built on first use.

Each function asks for the one that it needs, and imports no more than that: adapters and clients
are imported where they are built.
"""
