"""Owns the version number, the only copy of it; importing it costs nothing."""

__version__ = "0.1.0"
