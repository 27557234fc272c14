"""Owns the journal of walks: chained rows that never change, leases, anchors, and verification."""
