"""Blocks to build with: the ready ones, made of ordinary layers, and those that a person saved to the palette."""

from builder.blocks.own import OwnBlocks
from builder.blocks.ready import READY
from builder.blocks.template import FAMILIES, Template, fitted

__all__ = ["FAMILIES", "READY", "OwnBlocks", "Template", "fitted"]
