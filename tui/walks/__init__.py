"""What screens say of walks: values and pure functions."""
