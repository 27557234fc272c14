"""One file per output format of `walkdown check`."""
