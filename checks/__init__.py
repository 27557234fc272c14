"""Observe: probe what is looked after and judge it. Headless: no terminal, no textual, no rich."""
