"""The use cases: one verb per file, each making one atomic change to an order."""
