"""Rows of a file of past penalties, one after the other: CSV with a header, NDJSON, or Parquet."""

import csv
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO, TypeAlias

import msgspec
from pyarrow import ArrowException
from pyarrow import parquet as pq

from services.cases.imports.penalty import COLUMNS, NEEDED, BadRow
from shared.kit.strict_json import JsonRefused, strict_json

Rows: TypeAlias = Iterator[tuple[int, Mapping[str, Any]] | BadRow]

MAX_LINE: Final = 64 * 1024  # characters of one line
SUFFIXES: Final = (".csv", ".ndjson", ".jsonl", ".parquet")

_object: Final = msgspec.json.Decoder(dict[str, Any])
_named: Final = re.compile(rb'"\s*:')  # behind the name of each member; within a string now and then


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


def _bounded(file: TextIO) -> Iterator[str]:
    for line in iter(lambda: file.readline(MAX_LINE + 1), ""):
        if len(line) > MAX_LINE:
            raise UnreadableFile(f"a line would have to be at most {MAX_LINE} characters long")
        yield line


def _ndjson(path: Path) -> Rows:
    with path.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(MAX_LINE + 1), b""), start=1):
            if len(line) > MAX_LINE:
                raise UnreadableFile(f"a line would have to be at most {MAX_LINE} bytes long")
            given = line.removeprefix(BOM_UTF8) if number == 1 else line
            if given.strip():
                yield _read(number, given)


def _read(number: int, line: bytes) -> tuple[int, Mapping[str, Any]] | BadRow:
    try:
        row = _object.decode(line)
        if len(_named.findall(line)) != len(row):  # a member within another, or the same one twice
            strict_json(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return BadRow(number, "the line would have to be a JSON object")
    except JsonRefused as refused:
        return BadRow(number, refused.detail)
    return number, row


def _parquet(path: Path) -> Rows:
    line = 0
    with path.open("rb") as source:
        try:
            with pq.ParquetFile(source) as file:
                _demand(file.schema_arrow.names)
                for batch in file.iter_batches(batch_size=10_000):
                    for row in batch.to_pylist():
                        line += 1
                        yield line, {name: value for name, value in row.items() if value is not None}
        except (ArrowException, OSError, ValueError):  # what it is, or what is in it, such as nanoseconds
            raise UnreadableFile(f"row {line + 1} would have to be there, in Parquet, to the microsecond") from None


def _demand(columns: Sequence[str]) -> None:
    """Accept columns that are all known, each once, with all that are needed."""
    if len(set(columns)) != len(columns) or not set(columns) <= set(COLUMNS):
        raise UnreadableFile(f"the columns would have to be among, each once: {', '.join(COLUMNS)}")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise UnreadableFile(f"the file would have to have the columns: {', '.join(missing)}")
