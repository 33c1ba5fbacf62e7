"""The document that holds an experiment, and the pure operations on it. Nothing here imports torch."""
