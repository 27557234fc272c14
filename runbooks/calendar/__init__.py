"""Owns the calendar: tasks that come again and again, what is due, and what does not go together."""
