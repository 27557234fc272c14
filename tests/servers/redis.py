"""Starts Redis servers of its own."""
