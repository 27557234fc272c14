"""Act: walk an operator through a change, step by step, with a way back. Headless."""
