"""Owns what each sort of events does to a walk, a file for each; `runbooks/fold.py` knows which is which."""
