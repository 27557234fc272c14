"""Owns windows: when changing steps may be started, what is written of them, how their time is spent."""
