"""Training: a loop that yields events, checkpoints, and the process of its own that runs them."""
