"""Owns the answering of questions, a file for each area; `agent/desk.py` knows which is asked what."""
