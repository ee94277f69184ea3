"""How much memory a process took."""

import re
import resource
import sys
from pathlib import Path
from typing import Final

STATUS: Final = Path("/proc/self/status")
_PEAK: Final = re.compile(rb"^VmHWM:\s*(\d+) kB$", re.MULTILINE)


def peak_bytes() -> int:
    """Return the largest resident size that this process ever had, in bytes.

    Linux says it of this program alone; what `getrusage` says there begins with the size of whoever started it.
    """
    told = _PEAK.search(STATUS.read_bytes()) if STATUS.exists() else None
    if told is not None:
        return int(told[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
