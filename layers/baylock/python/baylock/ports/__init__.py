"""The needs of the use cases: Protocols in our words, a file per room.

`adapters/` implements them for AWS.
"""
