"""Owns how steps ask services over HTTP: documents that are filled in, the call, what an answer means."""
