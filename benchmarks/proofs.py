"""Claim: that an event is in the log is proven from the log's own rows about as fast as they can be read.

Ours: proofs of inclusion of events drawn at random, as `/log/proof/inclusion` gives them, a hundred at once. Limit: the
bare driver reading the very rows that these proofs need, nothing computed. Peer, under `stock`: pymerkle, the tree that
can be had from the registry, over a file of its own with the same leaves, one proof after the other, since it knows no
other way; it does fewer of them in a round, for it would take minutes.
"""

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

from pymerkle import SqliteTree  # type: ignore[import-untyped]  # it ships no types

from benchmarks import postgres, raw
from benchmarks.comparison import Contender
from benchmarks.decisions import append_all, samples
from benchmarks.places import Places, Schemas, on_both
from shared.kit.audit.proofs import MAX_POSITIONS
from shared.kit.audit.tree import StoredNodes, inclusion_proofs
from shared.kit.log.model import MAX_READ, EventLog

SIZE: Final = 20_000
EVENTS: Final = 20_000
PEERS_SHARE: Final = 200  # of ours, one proof of the peer

_IN_FILE: Final = "SELECT nodes FROM stored_events WHERE rowid IN (SELECT value FROM json_each(?))"
_IN_SCHEMA: Final = "SELECT nodes FROM stored_events WHERE notification_id = ANY(%s)"

Batches = Sequence[Sequence[int]]


def drawn(size: int) -> list[list[int]]:
    """Return indices of leaves, `size` of them in batches; the same in every run."""
    chance = random.Random(29)
    indices = [chance.randrange(EVENTS) for _ in range(size)]
    return [indices[at : at + MAX_POSITIONS] for at in range(0, size, MAX_POSITIONS)]


def rows_of(log: EventLog, batches: Batches) -> list[list[int]]:
    """Return the leaves whose rows the proofs of each batch need."""
    needed: list[list[int]] = []

    def fetch(leaves: Collection[int]) -> Mapping[int, bytes]:
        needed[-1] += leaves
        return log.nodes(leaves)

    for batch in batches:
        needed.append([])
        inclusion_proofs(StoredNodes(fetch), batch, EVENTS)
    return needed


def timed(batches: Batches, size: int, prove: Callable[[Sequence[int]], object]) -> float:
    """Do something with each batch; return operations per second."""
    start = perf_counter()
    for batch in batches:
        prove(batch)
    return size / (perf_counter() - start)


def reading(running: ExitStack, places: Places) -> Callable[[Sequence[int]], int]:
    """Return what reads the rows of leaves with the bare driver, and how many there were."""
    if isinstance(places, Schemas):
        there = running.enter_context(postgres.connect(places.ours["cases"].schema))
        return lambda leaves: len(there.execute(_IN_SCHEMA, ([leaf + 1 for leaf in leaves],)).fetchall())
    here = running.enter_context(closing(raw.reader(places.home / "cases" / "cases.db")))

    def read(leaves: Sequence[int]) -> int:
        wanted = "[" + ",".join(str(leaf + 1) for leaf in leaves) + "]"
        return len(here.execute(_IN_FILE, (wanted,)).fetchall())

    return read


def peer(running: ExitStack, file: Path, leaves: Sequence[bytes]) -> SqliteTree:
    """Return the peer's tree over the same leaves, in a new file."""
    tree = running.enter_context(SqliteTree(str(file)))
    tree.append_entries(leaves)
    return tree


@contextmanager
def prepared(size: int, places: Places) -> Iterator[Mapping[str, Contender]]:
    """Write a log of `EVENTS` decisions; each round proves `size` of them."""
    batches = drawn(size)
    with ExitStack() as running:
        log = running.enter_context(closing(places.cases()))
        append_all(log, samples(EVENTS))
        nodes, needed, read = StoredNodes(log.nodes), rows_of(log, batches), reading(running, places)
        assert all(read(leaves) == len(leaves) for leaves in needed)
        states = [one.state for after in range(0, EVENTS, MAX_READ) for one in log.read(after, MAX_READ).events]
        tree = peer(running, places.home / "peer.db", states)
        few = [[index] for batch in batches for index in batch][:: min(PEERS_SHARE, size)]
        yield {
            "ours": lambda: timed(batches, size, lambda batch: inclusion_proofs(nodes, batch, EVENTS)),
            "limit": lambda: timed(needed, size, read),
            "stock": lambda: timed(few, len(few), lambda one: tree.prove_inclusion(one[0] + 1, EVENTS)),
        }


COMPARISONS: Final = on_both("proofs", "proofs/s", SIZE, prepared)
