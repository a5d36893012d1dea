"""What a reservation costs: units, round trips, work and walks, beside PostgreSQL. `make bench`."""
