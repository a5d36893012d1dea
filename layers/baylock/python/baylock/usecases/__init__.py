"""What Baylock does: one verb per file, each making one atomic change to an order."""
