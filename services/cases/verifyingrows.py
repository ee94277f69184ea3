"""Compares the rows of read models with those that the events make: missing, one too many, and column by column."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from services.cases.remaking.made import Key, Made, key_of
from shared.kit.log.rows import Row, Table
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.merging import joined
from shared.kit.verifying.raw import RawLog

There: TypeAlias = Mapping[str, Mapping[Key, Row]]
"""The rows of one owner as they lie there, by table and key."""


def check_owned(raw: RawLog, findings: Findings, every: Iterable[Made], tables: Sequence[Table]) -> None:
    """Compare what was made of every owner, in order, with the rows of tables whose keys begin with the owner."""
    for owner, made, there in joined(((one.owner, one) for one in every), beside(raw, tables)):
        check_owner(findings, made or Made(owner, 0), there or {}, tables)


def check_owner(findings: Findings, made: Made, there: There, tables: Iterable[Table]) -> None:
    """Compare the rows of one owner; of events that cannot be folded, that is told and nothing else."""
    if not made.sound:
        findings.add("stored_events", "state", made.position, "its events cannot be folded", made.owner)
        return
    for table in tables:
        check_table(findings, table, made, there.get(table.name, {}))


def check_table(findings: Findings, table: Table, made: Made, there: Mapping[Key, Row]) -> None:
    """Compare the rows of one owner in one table."""
    due = made.of(table)
    for key in [*due, *(key for key in there if key not in due)]:
        wanted, row = due.get(key), there.get(key)
        name = shown(" ".join(str(part) for part in key))
        if wanted is None:
            why = "the log would have to make it" if made.position else "the log has no event of it"
            findings.add(table.name, ", ".join(table.key), made.position, f"a row too many: {why}", name)
        elif row is None:
            findings.add(table.name, ", ".join(table.key), made.position, "the row is missing", name)
        else:
            _columns(findings, table, made, wanted, row, name)


def _columns(findings: Findings, table: Table, made: Made, wanted: Row, row: Row, name: str) -> None:
    for column, value in wanted.items():
        if row[column] != value and column not in made.doubtful:
            detail = f"the log says {shown(value)}, the row has {shown(row[column])}"
            findings.add(table.name, column, made.position, detail, name)


def beside(raw: RawLog, tables: Sequence[Table]) -> Iterator[tuple[str, There]]:
    """Yield every owner that has a row in one of these tables, in order (by bytes), with its rows."""
    every = merge(*(_owned(raw, table) for table in tables), key=lambda one: one[0].encode())
    for owner, rows in groupby(every, key=itemgetter(0)):
        there: dict[str, dict[Key, Row]] = {table.name: {} for table in tables}
        for _, table, row in rows:
            there[table.name][key_of(table, row)] = row
        yield owner, there


def _owned(raw: RawLog, table: Table) -> Iterator[tuple[str, Table, Row]]:
    return ((str(row[table.key[0]]), table, row) for row in raw.rows(table))
