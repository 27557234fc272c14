"""Owns what was promised of checks and what came of it: how long each level lasted, uptime, outages. Pure."""
