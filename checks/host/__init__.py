"""Owns how this machine is read: /proc, mounts, processes, listening sockets. Judges nothing."""
