"""How many threads pay off on this machine."""

import os

import psutil


def usable_cores() -> int:
    """Physical cores that this process may run on, at least 1."""
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    return max(1, cores)
