"""What people and keys of a mall do to its orders and spaces."""
