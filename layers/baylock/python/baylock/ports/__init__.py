"""What the use cases need of the world: Protocols in our words, one file per room.

`adapters/` implements them for AWS.
"""
