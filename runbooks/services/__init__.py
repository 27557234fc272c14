"""What service drivers share: how tools are run, what containers say, the course of an action."""
