"""Tests: folders mirror those of `builder`; `contract` walks the registries."""

import os

if "PYTEST_XDIST_WORKER" in os.environ:
    # two processes with two threads each wait for each other on two cores; what tests start inherits this, and torch
    # reads it when it is imported
    os.environ.setdefault("OMP_NUM_THREADS", "1")
