"""Export files: NDJSON, one row a line, or Parquet with typed columns (what is nested there as JSON text)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow as pa
from pyarrow import parquet as pq

from services.ledger.exports.content import Content, Row

GROUP: Final = 10_000  # rows of one Parquet row group
SUFFIXES: Final = (".ndjson", ".parquet")

_instant: Final = pa.timestamp("us", tz="UTC")
_INSTANTS: Final = (
    "effective_at",
    "recorded_at",
    "reversed_at",
    "restricted_until",
    "next_change_at",
    "valid_from",
    "valid_until",
    "as_of",
    "known_at",
    "unknown_before",
)
_INTEGERS: Final = ("points", "cases_position", "account_version", "last_entry_position")
_COLUMNS: Final[dict[Content, tuple[str, ...]]] = {
    "entries": (
        "seller",
        "entry",
        "case",
        "cases_position",
        "track",
        "grade",
        "points",
        "effective_at",
        "recorded_at",
        "regrades",
        "reversed_by",
        "reversed_at",
        "reversal",
        "rulebook",
        "rulebook_digest",
    ),
    "standings": (
        "seller",
        "standing",
        "points_by_track",
        "tracks",
        "sanctions",
        "restrictions",
        "restricted_until",
        "next_change_at",
        "valid_from",
        "valid_until",
        "as_of",
        "known_at",
        "final",
        "account_version",
        "last_entry_position",
        "unknown_before",
    ),
}


class UnknownForm(ValueError):
    """The file's name says no form that can be written."""


def write(path: Path, content: Content, rows: Iterable[Row]) -> None:
    """Write all rows to a file beside `path`, and put it in its place once it is whole.

    Raises:
        UnknownForm: the name has none of `SUFFIXES`.
        OSError: the file cannot be written; `path` is as it was.
    """
    if path.suffix not in SUFFIXES:
        raise UnknownForm(f"the file's name would have to end in one of: {', '.join(SUFFIXES)}")
    with _whole(path) as draft:
        if path.suffix == ".ndjson":
            _ndjson(draft, rows)
        else:
            _parquet(draft, content, rows)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    draft = path.with_name(f".{path.name}.part")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _ndjson(path: Path, rows: Iterable[Row]) -> None:
    encode = msgspec.json.Encoder().encode
    with path.open("wb") as file:
        for row in rows:
            file.write(encode(row) + b"\n")


def _parquet(path: Path, content: Content, rows: Iterable[Row]) -> None:
    schema = pa.schema([pa.field(name, _type(name)) for name in _COLUMNS[content]])
    waiting = iter(rows)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        while some := list(islice(waiting, GROUP)):
            writer.write_table(pa.Table.from_pylist([_flat(row, content) for row in some], schema=schema))


def _type(name: str) -> Any:
    if name in _INSTANTS:
        return _instant
    if name in _INTEGERS:
        return pa.int64()
    return pa.bool_() if name == "final" else pa.string()


def _flat(row: Row, content: Content) -> dict[str, Any]:
    given = dict(row)
    if content == "standings":
        given["points_by_track"] = given.pop("points")
    return {name: _cell(name, given.get(name)) for name in _COLUMNS[content]}


def _cell(name: str, value: Any) -> Any:
    if isinstance(value, dict | list):
        return msgspec.json.encode(value).decode()
    if name in _INSTANTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    return value
