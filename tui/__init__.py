"""Show: the terminal and the command line. Speaks to an agent; never probes or acts itself."""
