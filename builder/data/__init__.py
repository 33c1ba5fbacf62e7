"""Data: sources, safe reading of files, preparation fitted on the training part, batches."""
