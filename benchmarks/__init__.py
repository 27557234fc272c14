"""Speed and memory, each beside a peer in the same run, as ratios; `python -m benchmarks` runs them all."""
