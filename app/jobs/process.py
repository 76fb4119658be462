"""What a child process asks of the system."""

from __future__ import annotations

import ctypes
import sys


def die_with_parent(sign: int) -> None:
    """Ask Linux for this signal when the parent is gone; elsewhere do nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, sign)  # PR_SET_PDEATHSIG
