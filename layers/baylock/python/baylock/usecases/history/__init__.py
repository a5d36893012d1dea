"""Recording and proving what happened."""
