"""Memory that the C library keeps for later, given back to the system."""

import ctypes
import sys


def heap() -> None:
    """Give back what is free in glibc's heap; does nothing on other systems."""
    if sys.platform.startswith("linux"):
        give_back = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if give_back is not None:
            give_back(0)
