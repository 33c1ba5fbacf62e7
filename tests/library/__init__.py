"""Blocks of the palette."""
