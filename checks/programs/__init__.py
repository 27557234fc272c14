"""Owns how programs are run, bounded, and how what they say is read."""
