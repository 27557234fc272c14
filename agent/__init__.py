"""Keep: the long-lived process that probes and remembers, and the socket consoles attach to."""
