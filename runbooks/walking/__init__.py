"""Walking: what comes next, what a decision comes to, and how a step is done."""
