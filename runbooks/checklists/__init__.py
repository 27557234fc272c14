"""Owns checklists: what is written of them, when their items are ticked, and what may be decided. Pure."""
