"""What can be found on this machine: one finder a file, none knows another."""
