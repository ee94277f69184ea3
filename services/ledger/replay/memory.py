"""How much memory a replay took."""

import resource
import sys


def peak_bytes() -> int:
    """Return the largest resident size that this process, or one that it started and waited for, ever had, in bytes."""
    sizes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return max(sizes) * (1 if sys.platform == "darwin" else 1024)
