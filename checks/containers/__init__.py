"""Owns how a Docker Engine is asked and what its answers mean. Only ever reads."""
