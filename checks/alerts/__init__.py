"""Owns what people are told of checks, when, and in which words. Carries nothing anywhere."""
