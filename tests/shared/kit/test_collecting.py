"""What a service has when it begins to serve is not looked through for garbage, what comes later is."""

import subprocess
import sys

PROGRAM = """
import gc, weakref
from shared.kit.collecting import YOUNG, collect_seldom

class Knot:
    def __init__(self):
        self.self = self

lost = weakref.ref(Knot())
collect_seldom()
assert lost() is None, "garbage from before would stay for ever"
assert gc.get_freeze_count() > 1000
frozen = gc.get_freeze_count()
collect_seldom()
assert gc.get_freeze_count() >= frozen
later = weakref.ref(Knot())
kept = [[] for _ in range(2 * YOUNG)]
assert later() is None, "garbage from now on is still found"
"""


def test_what_is_there_is_set_apart_and_garbage_is_found_before_and_after() -> None:
    """In a process of its own: a collector is the whole process's."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
