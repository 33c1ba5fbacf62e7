"""Tests of `builder.compiler`."""
