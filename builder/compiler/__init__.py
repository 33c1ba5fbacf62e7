"""From document to report, source and model. This is the lowest part that imports torch."""
