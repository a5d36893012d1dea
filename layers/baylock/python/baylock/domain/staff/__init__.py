"""People and keys that act in a mall: their roles, and what they did."""
