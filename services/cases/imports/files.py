"""Rows of a file of past penalties, one after the other: CSV with a header, NDJSON, or Parquet."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec
from pyarrow import ArrowInvalid
from pyarrow import parquet as pq

from services.cases.imports.penalty import NEEDED, BadRow

Rows: TypeAlias = Iterator[tuple[int, Mapping[str, Any]] | BadRow]

MAX_LINE: Final = 64 * 1024  # characters of one line
SUFFIXES: Final = (".csv", ".ndjson", ".jsonl", ".parquet")

_object: Final = msgspec.json.Decoder(dict[str, Any])


class UnreadableFile(Exception):
    """The file as a whole is not one that can be imported; the text says what it would have to be."""


def read_rows(path: Path) -> Rows:
    """Yield each row with its line number (from 1; in CSV the header is line 1), or what keeps it from being one.

    Raises:
        UnreadableFile: the name has none of `SUFFIXES`, a needed column is missing, or it is not what its name says.
        OSError: it cannot be read.
    """
    match path.suffix.lower():
        case ".csv":
            return _csv(path)
        case ".ndjson" | ".jsonl":
            return _ndjson(path)
        case ".parquet":
            return _parquet(path)
        case _:
            raise UnreadableFile(f"the file's name would have to end in one of: {', '.join(SUFFIXES)}")


def _csv(path: Path) -> Rows:
    with path.open(encoding="utf-8-sig", newline="", errors="strict") as file:
        reader = csv.DictReader(_bounded(file), restkey="", strict=True)
        try:
            _demand(reader.fieldnames or ())
            for row in reader:
                if "" in row or None in row.values():
                    yield BadRow(reader.line_num, "the row would have to have as many fields as the header")
                else:
                    yield reader.line_num, row
        except UnicodeDecodeError:
            raise UnreadableFile("the file would have to be UTF-8") from None
        except csv.Error as error:
            raise UnreadableFile(f"line {reader.line_num} would have to be CSV: {error}") from None


def _bounded(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        if len(line) > MAX_LINE:
            raise UnreadableFile(f"a line would have to be at most {MAX_LINE} characters long")
        yield line


def _ndjson(path: Path) -> Rows:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            if len(line) > MAX_LINE:
                raise UnreadableFile(f"a line would have to be at most {MAX_LINE} bytes long")
            if not line.strip():
                continue
            try:
                yield number, _object.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError):
                yield BadRow(number, "the line would have to be a JSON object")


def _parquet(path: Path) -> Rows:
    try:
        with pq.ParquetFile(path) as file:
            _demand(file.schema_arrow.names)
            line = 0
            for batch in file.iter_batches(batch_size=10_000):
                for row in batch.to_pylist():
                    line += 1
                    yield line, {name: value for name, value in row.items() if value is not None}
    except ArrowInvalid:
        raise UnreadableFile("the file would have to be Parquet") from None


def _demand(columns: Any) -> None:
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise UnreadableFile(f"the file would have to have the columns: {', '.join(missing)}")
