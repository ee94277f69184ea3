"""How seldom a service looks for garbage: what it has when it begins to serve stays, and is not looked through."""

import gc
from typing import Final

YOUNG: Final = 20_000  # objects made since the last look, less those gone, at which the youngest are looked through


def collect_seldom() -> None:
    """Set up this process's collector for serving; to be called when everything is built. Idempotent.

    Modules, routes and rules are some hundred thousand objects, and each page that is folded makes thousands that all
    go by themselves: looking through them took a sixth of the time of a fold.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, *gc.get_threshold()[1:])
