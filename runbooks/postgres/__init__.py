"""Owns how steps act in PostgreSQL: statements, a session, all or nothing, and what became of it."""
