"""Owns when something happens again and again: days and times as people and cron write them, as moments."""
