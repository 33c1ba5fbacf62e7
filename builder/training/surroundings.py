"""The environment of a process that trains: what the C libraries read before Python's first line runs."""

from typing import Final

# - glibc gives freed memory back and faults it in again each step: keeping it makes mnist-cnn 1.4 times as fast.
# - OpenMP threads spin while they wait for each other. With one of two cores taken by another process that leaves 0.24
#   of the speed; a spin of 1,000 rounds leaves 0.4 and costs 0-4 % on a quiet machine, passive waiting over 30 %.
ENVIRONMENT: Final = {
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),  # glibc takes no more than this
    "MALLOC_TRIM_THRESHOLD_": str(1 << 30),
    "GOMP_SPINCOUNT": "1000",
}
