"""Owns what is said of windows and differences on screens. Pure; draws nothing itself."""
