"""Owns how a target on the network is reached: resolved, connected, secured, spoken to. Judges nothing."""
