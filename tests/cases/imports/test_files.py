"""What a file of past penalties may look like, and what is said of every row that cannot be taken."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from services.cases.imports.files import UnreadableFile, read_rows
from services.cases.imports.penalty import BadRow, PastPenalty, read_penalty
from shared.rulebook.loader import shipped
from shared.rulebook.model import Sanction

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SEED = shipped("seed")
GOOD: dict[str, Any] = {
    "seller": "s-1",
    "track": "ordinary",
    "points": 12,
    "effective_at": "2024-03-01T10:00:00+08:00",
    "grade": "general",
    "reference": "old-1",
}
DIRECT: list[dict[str, Any]] = [{"hours": 168, "measures": ["shop_hidden"]}]


def csv(path: Path, rows: list[dict[str, Any]]) -> Path:
    lines = [",".join(rows[0])]
    for row in rows:
        cells = [value if isinstance(value, str) else json.dumps(value) for value in row.values()]
        lines.append(",".join('"' + cell.replace('"', '""') + '"' for cell in cells))
    path = path / "past.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def ndjson(path: Path, rows: list[dict[str, Any]]) -> Path:
    path = path / "past.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def parquet(path: Path, rows: list[dict[str, Any]]) -> Path:
    path = path / "past.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    return path


FORMS = pytest.mark.parametrize("write", [csv, ndjson, parquet])
Write = Callable[[Path, list[dict[str, Any]]], Path]


def read(path: Path) -> list[PastPenalty | BadRow]:
    """Return every row of a file as the import takes it."""
    return [row if isinstance(row, BadRow) else read_penalty(*row, SEED, NOW) for row in read_rows(path)]


def only(row: dict[str, Any]) -> PastPenalty | BadRow:
    """Return what is made of one row."""
    return read_penalty(7, row, SEED, NOW)


@FORMS
def test_the_same_rows_are_read_from_every_form(tmp_path: Path, write: Write) -> None:
    rows = [{**GOOD, "direct": DIRECT}, {**GOOD, "reference": "old-2", "points": 0, "direct": DIRECT}]
    first, second = read(write(tmp_path, rows))
    assert isinstance(first, PastPenalty)
    assert isinstance(second, PastPenalty)
    assert (first.seller, first.track, first.points, first.reference) == ("s-1", "ordinary", 12, "old-1")
    assert first.effective_at == datetime(2024, 3, 1, 2, tzinfo=UTC)
    assert first.direct == (Sanction(168, ("shop_hidden",)),)
    assert first.version is SEED.versions[0]
    assert second.points == 0
    assert second.line == first.line + 1


def test_a_row_needs_no_more_than_four_columns(tmp_path: Path) -> None:
    (row,) = read(ndjson(tmp_path, [{name: GOOD[name] for name in ("seller", "track", "points", "effective_at")}]))
    assert isinstance(row, PastPenalty)
    assert (row.grade, row.reference, row.direct) == ("imported", "line-1", ())


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"seller": ""}, "seller"),
        ({"seller": "买家"}, "seller"),
        ({"seller": None}, "seller"),
        ({"track": "counterfeit"}, "ordinary, severe"),
        ({"points": -1}, "points"),
        ({"points": 12.5}, "points"),
        ({"points": True}, "points"),
        ({"points": "1e3"}, "points"),
        ({"points": 1001}, "1000"),
        ({"points": 0}, "direct"),
        ({"effective_at": "2024-03-01"}, "RFC 3339"),
        ({"effective_at": "2024-02-30T10:00:00Z"}, "RFC 3339"),
        ({"effective_at": 1_700_000_000}, "RFC 3339"),
        ({"effective_at": "2026-03-02T00:00:01Z"}, "past"),
        ({"effective_at": "2011-01-01T00:00:00Z"}, "rulebook"),
        ({"grade": "no spaces"}, "grade"),
        ({"reference": "x" * 65}, "reference"),
        ({"direct": "[1]"}, "hours"),
        ({"direct": "{"}, "JSON"),
        ({"direct": [{"hours": 0, "measures": ["shop_hidden"]}]}, "hours"),
        ({"direct": [{"hours": 1, "measures": ["no_such_measure"]}]}, "measures"),
        ({"direct": [{"hours": 1, "measures": []}]}, "measures"),
        ({"direct": DIRECT * 11}, "10"),
        ({"phone": "+86 138"}, "columns"),
    ],
)
def test_a_bad_field_is_told_by_what_it_would_have_to_be(change: dict[str, Any], word: str) -> None:
    row = only({**GOOD, **change})
    assert isinstance(row, BadRow)
    assert word in row.reason
    assert row.line == 7
    assert "138" not in row.reason


def test_every_bad_line_is_told_and_the_good_ones_between_are_read(tmp_path: Path) -> None:
    path = tmp_path / "past.ndjson"
    path.write_text('{"seller"\n' + json.dumps(GOOD) + "\n\n[1]\n", "utf-8")
    assert [(type(row), row.line) for row in read(path)] == [(BadRow, 1), (PastPenalty, 2), (BadRow, 4)]
    path = tmp_path / "past.csv"
    path.write_text("seller,track,points,effective_at\ns-1,ordinary,12\ns-1,ordinary,12,2024-03-01T10:00:00Z,x\n")
    assert [(type(row), row.line) for row in read(path)] == [(BadRow, 2), (BadRow, 3)]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("past.txt", b"", ".csv"),
        ("past.csv", b"seller,track\ns-1,ordinary\n", "points, effective_at"),
        ("past.csv", b"", "seller"),
        ("past.csv", b"seller,track,points,effective_at\n\xff\xfe\n", "UTF-8"),
        ("past.csv", b'seller,track,points,effective_at\n"s-1', "CSV"),
        ("past.csv", b"seller,track,points,effective_at\n" + b"x" * 70_000, "characters"),
        ("past.ndjson", b"x" * 70_000, "bytes"),
        ("past.parquet", b"not parquet at all", "Parquet"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=word):
        list(read_rows(path))
