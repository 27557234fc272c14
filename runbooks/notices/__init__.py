"""Texts that tell people of windows, of work and of its end: read, judged, filled in, due."""
