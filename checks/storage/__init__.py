"""Owns what is kept of results: the database file, its schema, batches, history and roll-ups."""
