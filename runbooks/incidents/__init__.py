"""Incidents: what went wrong, how far it has come, what happened meanwhile, and how long it took."""
