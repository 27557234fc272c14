"""Holds what steps do with files: listings, archives, tallies, and writing whole or not at all."""
