"""Sound penalties on their way: kept in a temporary file, read back in order of time, so that memory stays bounded."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from tempfile import NamedTemporaryFile
from types import TracebackType
from typing import Final, Self

import msgspec

from services.cases.imports.penalty import PastPenalty
from shared.kit.log.instant import to_us
from shared.rulebook.model import Sanction, Timeline

_SCHEMA: Final = """
CREATE TABLE penalties (
    line INTEGER PRIMARY KEY, seller TEXT NOT NULL, effective_us INTEGER NOT NULL, reference TEXT NOT NULL,
    rest BLOB NOT NULL
)
"""
_Rest = tuple[str, int, str, list[tuple[int, list[str]]], str, str]

_encode: Final = msgspec.msgpack.Encoder().encode
_decoder: Final = msgspec.msgpack.Decoder(_Rest)


class Spool:
    """Penalties of one file. Not durable: what is lost is read from the file again."""

    def __init__(self, timeline: Timeline) -> None:
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
        direct = [(sanction.hours or 0, list(sanction.measures)) for sanction in penalty.direct]
        rest = (
            penalty.track,
            penalty.points,
            penalty.grade,
            direct,
            penalty.version.id,
            penalty.effective_at.isoformat(),
        )
        self._connection.execute(
            "INSERT INTO penalties VALUES (?, ?, ?, ?, ?)",
            (penalty.line, penalty.seller, to_us(penalty.effective_at), penalty.reference, _encode(rest)),
        )

    def repeated(self) -> Iterator[int]:
        """Yield the lines whose reference stands in an earlier line of the same seller, in order."""
        self._connection.execute("CREATE INDEX by_reference ON penalties (seller, reference, line)")
        rows = self._connection.execute(
            "SELECT line FROM penalties AS one WHERE EXISTS (SELECT 1 FROM penalties AS other WHERE "
            "other.seller = one.seller AND other.reference = one.reference AND other.line < one.line) ORDER BY line"
        )
        return (line for (line,) in rows)

    def sellers(self) -> Iterator[tuple[str, int, int]]:
        """Yield each seller with its first line and its first effective instant (Unix microseconds), by name."""
        with closing(
            self._connection.execute(
                "SELECT seller, min(line), min(effective_us) FROM penalties GROUP BY seller ORDER BY seller"
            )
        ) as rows:
            yield from rows

    def count(self) -> int:
        """Return how many penalties there are."""
        (count,) = self._connection.execute("SELECT count(*) FROM penalties").fetchone()
        return int(count)

    def batches(self, size: int) -> Iterator[Sequence[PastPenalty]]:
        """Yield all penalties in order of effective time, then line, at most `size` at a time."""
        rows = self._connection.execute(
            "SELECT line, seller, reference, rest FROM penalties ORDER BY effective_us, line"
        )
        while some := rows.fetchmany(size):
            yield [self._penalty(*row) for row in some]

    def _penalty(self, line: int, seller: str, reference: str, rest: bytes) -> PastPenalty:
        track, points, grade, direct, version, effective_at = _decoder.decode(rest)
        return PastPenalty(
            line=line,
            seller=seller,
            track=track,
            points=points,
            effective_at=datetime.fromisoformat(effective_at),
            grade=grade,
            reference=reference,
            direct=tuple(Sanction(hours, tuple(measures)) for hours, measures in direct),
            version=self._versions[version],
        )
