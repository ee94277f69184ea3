"""Sound penalties on their way: kept in a temporary file, read back in order of time, so that memory stays bounded."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Final, Self

import msgspec

from services.cases.imports.penalty import PastPenalty
from shared.kit.log.instant import from_us, to_us
from shared.rulebook.model import Sanction, Timeline

_SCHEMA: Final = """
CREATE TABLE penalties (
    line INTEGER PRIMARY KEY, seller TEXT NOT NULL, effective_us INTEGER NOT NULL, reference TEXT NOT NULL,
    rest BLOB NOT NULL
)
"""
_Rest = tuple[str, int, str, list[tuple[int, tuple[str, ...]]], str]

AT_ONCE: Final = 1000  # penalties that are written to the file together

_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(_Rest)


class Spool:
    """Penalties of one file. Not durable: what is lost is read from the file again."""

    def __init__(self, timeline: Timeline) -> None:
        self._taken: list[tuple[int, str, int, str, bytes]] = []
        self._versions = {version.id: version for version in timeline.versions}
        self._file = NamedTemporaryFile(prefix="demerit-import-", suffix=".db")  # noqa: SIM115  # closed by `__exit__`
        self._connection = sqlite3.connect(self._file.name, isolation_level=None)
        self._connection.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA}; BEGIN")

    def __enter__(self) -> Self:
        """Return the spool; leaving removes it."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the file."""
        self._connection.close()
        self._file.close()

    def add(self, penalty: PastPenalty) -> None:
        """Take a penalty; its line is new."""
        direct = [(sanction.hours or 0, sanction.measures) for sanction in penalty.direct]
        rest = _encode((penalty.track, penalty.points, penalty.grade, direct, penalty.version.id))
        self._taken.append((penalty.line, penalty.seller, to_us(penalty.effective_at), penalty.reference, rest))
        if len(self._taken) == AT_ONCE:
            self._write()

    def _write(self) -> sqlite3.Connection:
        """Write what was taken; return the connection, to read all of it."""
        self._connection.executemany("INSERT INTO penalties VALUES (?, ?, ?, ?, ?)", self._taken)
        self._taken.clear()
        return self._connection

    def repeated(self) -> Iterator[int]:
        """Yield the lines whose reference stands in an earlier line of the same seller, in order."""
        self._write().execute("CREATE INDEX by_reference ON penalties (seller, reference, line)")
        rows = self._connection.execute(
            "SELECT line FROM penalties AS one WHERE EXISTS (SELECT 1 FROM penalties AS other WHERE "
            "other.seller = one.seller AND other.reference = one.reference AND other.line < one.line) ORDER BY line"
        )
        return (line for (line,) in rows)

    def sellers(self) -> Iterator[tuple[str, int, int]]:
        """Yield each seller with its first line and its first effective instant (Unix microseconds), by name."""
        with closing(
            self._write().execute(
                "SELECT seller, min(line), min(effective_us) FROM penalties GROUP BY seller ORDER BY seller"
            )
        ) as rows:
            yield from rows

    def count(self) -> int:
        """Return how many penalties there are."""
        (count,) = self._write().execute("SELECT count(*) FROM penalties").fetchone()
        return int(count)

    def batches(self, size: int) -> Iterator[Sequence[PastPenalty]]:
        """Yield all penalties in order of effective time, then line, at most `size` at a time."""
        rows = self._write().execute(
            "SELECT line, seller, effective_us, reference, rest FROM penalties ORDER BY effective_us, line"
        )
        while some := rows.fetchmany(size):
            yield [self._penalty(*row) for row in some]

    def _penalty(self, line: int, seller: str, effective_us: int, reference: str, rest: bytes) -> PastPenalty:
        track, points, grade, direct, version = _decoder.decode(rest)
        return PastPenalty(
            line=line,
            seller=seller,
            track=track,
            points=points,
            effective_at=from_us(effective_us),
            grade=grade,
            reference=reference,
            direct=tuple([Sanction(hours, measures) for hours, measures in direct]),
            version=self._versions[version],
        )
