"""What sections of reports share: courses, capacity, findings, promises, incidents, walks in short. Pure."""
