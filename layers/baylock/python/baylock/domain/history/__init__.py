"""What happened to an order or in a mall, as it is kept and proven."""
