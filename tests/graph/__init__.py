"""Tests of `builder.graph`."""
