"""What is compared: one row on one store, its contenders, and what the run itself checks of them."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

Store: TypeAlias = Literal["sqlite", "postgres"]
Contender: TypeAlias = Callable[[], float]  # does one round's work and returns operations per second
Prepared: TypeAlias = AbstractContextManager[Mapping[str, Contender]]

OURS: Final = "ours"
LIMIT: Final = "limit"
PEERS: Final = ("stock", "crud", "emmett")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One row on one store.

    `contenders` prepares everything for rounds of so many operations and yields "ours", "limit" and the peers that can
    run here; leaving it cleans up. `size` is the number of operations of a round unless another is asked for.
    Where contenders write, the run counts the syncs of the warm-up round. `durable` names those whose every operation
    has to reach the disk by itself: the run fails if they sync less often than that.
    """

    row: str
    store: Store
    unit: str
    size: int
    contenders: Callable[[int], Prepared]
    writes: bool = False
    durable: frozenset[str] = field(default=frozenset())
