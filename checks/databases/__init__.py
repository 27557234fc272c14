"""Owns the sessions of the kinds that look at databases, and the SQL that they send."""
