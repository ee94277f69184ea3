"""What a file of past penalties may look like, and what is said of every row that cannot be taken."""

import json
from codecs import BOM_UTF8
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
        ({"direct": [{"hours": 1, "measures": [["shop_hidden"]]}]}, "measures"),
        ({"direct": '[{"hours": 1, "hours": 2, "measures": ["shop_hidden"]}]'}, "JSON"),
        ({"grade": 0}, "grade"),
        ({"reference": False}, "reference"),
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
    "line",
    [
        b'{"seller":"s-1","points":12,"points":48}',
        b'{"seller":"s-1","points":12,"points" \t: 48}',
        b'{"seller":"s-1","direct":[{"hours":1,"hours":2}]}',
        b'{"seller":"s-1","seller":"s\\u002d1"}',
    ],
)
def test_a_member_that_is_named_twice_means_nothing(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "past.ndjson"
    path.write_bytes(line)
    assert read(path) == [BadRow(1, "An object would have to name each of its members once.")]


def test_what_looks_like_a_member_in_a_text_is_none(tmp_path: Path) -> None:
    (row,) = read(ndjson(tmp_path, [{**GOOD, "direct": json.dumps(DIRECT)}]))
    assert isinstance(row, PastPenalty)


def test_nesting_without_end_is_a_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "past.ndjson"
    path.write_bytes(b'{"direct":' + b"[" * 60_000 + b"]}")
    assert read(path) == [BadRow(1, "the line would have to be a JSON object")]


@pytest.mark.parametrize("write", [csv, ndjson])
def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path, write: Write) -> None:
    path = write(tmp_path, [GOOD])
    path.write_bytes(BOM_UTF8 + path.read_bytes())
    (row,) = read(path)
    assert isinstance(row, PastPenalty)


def test_instants_of_parquet_have_their_own_type(tmp_path: Path) -> None:
    at = datetime(2024, 3, 1, 2, tzinfo=UTC)
    (row,) = read(parquet(tmp_path, [{**GOOD, "effective_at": at}]))
    assert isinstance(row, PastPenalty)
    assert row.effective_at == at
    (row,) = read(parquet(tmp_path, [{**GOOD, "effective_at": at.replace(tzinfo=None)}]))
    assert isinstance(row, BadRow)


def test_parquet_that_is_broken_or_finer_than_a_microsecond_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, [{**GOOD, "reference": f"r-{number}"} for number in range(5000)])
    raw = bytearray(path.read_bytes())
    raw[20:400] = bytes(380)
    path.write_bytes(raw)
    with pytest.raises(UnreadableFile, match="row 1 would"):
        list(read_rows(path))
    told = pa.array([1_709_287_200_000_000_123], pa.timestamp("ns", "UTC"))
    table = pa.table({"seller": ["s-1"], "track": ["ordinary"], "points": [12], "effective_at": told})
    pq.write_table(table, path)
    with pytest.raises(UnreadableFile, match="microsecond"):
        list(read_rows(path))


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("past.txt", b"", ".csv"),
        ("past.csv", b"seller,track\ns-1,ordinary\n", "points, effective_at"),
        ("past.csv", b"", "seller"),
        ("past.csv", b"seller,track,points,effective_at,points\n", "each once"),
        ("past.csv", b"seller,track,points,effective_at,\n", "among"),
        ("past.csv", b"seller,track,points,effective_at,phone\n", "among"),
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
