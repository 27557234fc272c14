"""Owns how the calendar is put into lines: the agenda, one task in full, the leaf of a month. Pure."""
