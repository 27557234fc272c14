"""Owns the words and lines in which checklists are shown. Pure."""
