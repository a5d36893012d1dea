"""Baylock keeps a parking space waiting at the shop door."""
