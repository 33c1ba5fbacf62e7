"""Tests: folders mirror those of `builder`; `contract` walks the registries."""
