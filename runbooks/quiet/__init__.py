"""Owns what keeps people from being told: silences and acknowledgements, folded from the journal. Pure."""
