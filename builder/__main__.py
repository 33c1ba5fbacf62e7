"""`python -m builder` is `netbuilder`."""

from builder.cli import main

main()
