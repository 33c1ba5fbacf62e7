"""Tests of `builder.layers`."""
