"""Measure the cost of a reservation: units, round trips, work, walks, and PostgreSQL's. `make
bench`."""
