"""Claim: a receipt with every write costs little beside the write itself.

Ours: one decision after the other is appended, durable, and its receipt made as the answer to it has it: the committed
head signed, the checkpoint kept outside the database, the proof read from the rows. Limit: the same append without a
receipt; the leaf and the nodes of the tree are part of both, for no append goes without them. The ratio is what a
receipt leaves of the speed where nobody shares a checkpoint; many who write at once do.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from time import perf_counter
from typing import Final

from benchmarks.appending import appending
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import Sample, samples
from benchmarks.places import Places, files, schemas
from services.cases.settings import Settings
from shared.kit.audit.opening import open_witness
from shared.kit.log.model import Appended

SIZE: Final = 1000


@contextmanager
def prepared(size: int, places: Places) -> Iterator[Mapping[str, Contender]]:
    """Open a log and its witness; each round appends `size` new decisions to it."""
    with closing(places.cases()) as log:
        witness = open_witness(Settings(data_dir=places.home / "signed"), log)
        made = count()

        def written(decided: list[Sample], *, proven: bool) -> float:
            appends = [appending(sample) for sample in decided]
            start = perf_counter()
            for append in appends:
                outcome = log.append(append)
                assert isinstance(outcome, Appended)
                if proven:
                    assert witness.receipts([outcome.stamps[0].position])[0]
            return size / (perf_counter() - start)

        def new() -> list[Sample]:
            return samples(size, first=next(made) * size)

        yield {"ours": lambda: written(new(), proven=True), "limit": lambda: written(new(), proven=False)}


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare in files."""
    with files() as places, prepared(size, places) as contenders:
        yield contenders


@contextmanager
def on_postgres(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare in schemas."""
    with schemas() as places, prepared(size, places) as contenders:
        yield contenders


BOTH: Final = frozenset({"ours", "limit"})
COMPARISONS: Final = (
    Comparison("receipt", "sqlite", "decisions/s", SIZE, on_sqlite, writes=True, durable=BOTH),
    Comparison("receipt", "postgres", "decisions/s", SIZE, on_postgres, writes=True, durable=BOTH),
)
