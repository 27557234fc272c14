"""What `walkdown doctor` looks at: the terminal, the machine, the places of our files."""
