"""Blocks to build with: the ready ones, made of ordinary layers, and those that a person saved to the palette."""

from builder.library.own import OwnBlocks
from builder.library.ready import READY
from builder.library.template import FAMILIES, Template, fitted

__all__ = ["FAMILIES", "READY", "OwnBlocks", "Template", "fitted"]
