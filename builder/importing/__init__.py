"""Networks from elsewhere, read as data into a graph of the catalogue's layers. Nothing foreign is run."""
