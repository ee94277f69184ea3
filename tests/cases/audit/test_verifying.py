"""The cases service's log, kept responses and rows against each other, after everything has happened that may."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from services.cases.recounting import published
from services.cases.tables import TABLES
from services.cases.verifying import CasesRows, cites
from shared.kit.verifying.openfile import raw_file
from shared.kit.verifying.verify import Verified, verify
from shared.rulebook.loader import shipped_calendars
from tests.support import absurd
from tests.support.cases_history import everything
from tests.support.mutations import Change, Mutated, mutated

# What can be changed without being found, with what says so of a change, and why.
UNFOUND: Final = {
    (
        "log_head",
        "promised_us",
    ): "no event tells what readers of a feed were told: up to a day from now, all may be",
    ("kept_responses", "digest"): "keyed: only the body of the request could confirm it",
    ("kept_responses", "response"): "an announcement's: no event tells of it",
    ("kept_responses", "scope"): "likewise",
    ("world", "digest"): "which calendars a service was started with last, no event tells; a start counts anew",
}
SWAPPED: Final = ("cases", "incidents", "pending_deadlines", "decisions", "recall_items", "imported", "announcements")
UNTOLD: Final = {
    "announcements": "no event tells of them; they lapse within a day",
    "world": "a start counts anew",
    "kept_responses": "an announcement's: no event tells of it",
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a service in which everything has happened."""
    return everything(tmp_path_factory.mktemp("cases"))


@pytest.fixture
def rows(history: Path) -> Iterator[Mutated]:
    """Its rows, to be changed, beside its vault."""
    checks = CasesRows(published(shipped_calendars()), history.parent / "vault.db")
    with mutated(history, lambda raw: verify(raw, (), cites, checks.check)) as opened:
        yield opened


def found(change: Change, told: Verified) -> bool:
    """Return whether a change was found in its table."""
    return change.table in {one.table for one in told.told}


def test_nothing_is_found_where_nothing_was_changed(rows: Mutated) -> None:
    """And there is something to change in every table."""
    told = rows.after()
    assert told is not None
    assert (told.told, told.findings, told.notes) == ([], 0, [])
    assert {table: rows.count(table) > 0 for table in rows.tables} == dict.fromkeys(rows.tables, True)
    assert {table.name for table in TABLES} < set(rows.tables)


def test_every_column_of_every_table_is_looked_at(rows: Mutated) -> None:
    """Whatever is put in its place; of what cannot be found, something is not: no exemption outlives its reason."""
    missed = set()
    for table in rows.tables:
        for column in rows.columns(table):
            changes = rows.changes(table, column, every=(table, column) in UNFOUND)
            tried = [(change, told) for change in changes if (told := rows.found(change))]
            assert tried, (table, column)
            if lost := [change for change, told in tried if not found(change, told)]:
                missed.add((table, column))
                assert (table, column) in UNFOUND, lost[0]
                assert len(lost) < len(tried), (table, column)
    assert missed == UNFOUND.keys()


def test_nothing_that_stands_in_a_column_ends_the_look_at_the_rest(rows: Mutated) -> None:
    """Numbers without bounds, text for numbers, nothing at all: what is no use in its place is found there."""
    for change in absurd.columns(rows):
        told = rows.found(change)
        assert told is None or told.findings or (change.table, change.column) in UNFOUND, change


def test_nothing_that_events_and_responses_tell_ends_the_look_at_the_rest(rows: Mutated) -> None:
    """Instants at the end of all years, positions beyond all logs, lists in lists."""
    for change in absurd.told(rows, 150):
        told = rows.found(change)
        assert told is not None
        assert told.findings, change


def test_a_time_beyond_all_years_is_named_by_its_position(rows: Mutated) -> None:
    """Also where the case of the event cannot be folded then."""
    for (position,) in rows.keys("stored_events")[::3]:
        told = rows.found(Change("stored_events", "recorded_us", (position,), ..., 2**63 - 1))
        assert told is not None
        assert ("stored_events", "recorded_us", position) in {
            (one.table, one.column, one.position) for one in told.told
        }


def test_calendars_that_a_start_has_yet_to_count_with_are_no_damage(rows: Mutated) -> None:
    """It is said that they are others; a digest that is none is a difference."""
    told = rows.after([("UPDATE world SET digest = ?", ("0" * 64,))])
    assert told is not None
    assert (told.findings, len(told.notes)) == (0, 1)
    assert "calendars" in told.notes[0]


def test_what_is_left_of_an_erasure_is_found_in_the_vault(rows: Mutated, history: Path, tmp_path: Path) -> None:
    """Without the vault it is said that nobody looked; with one that was emptied, nothing is left."""
    ended = [("DELETE FROM erasing", ())]
    told = rows.after(ended)
    assert told is not None
    assert [(one.table, one.position > 0) for one in told.told] == [("erasing", True)] * 2
    emptied = tmp_path / "vault.db"
    shutil.copyfile(history.parent / "vault.db", emptied)
    with closing(sqlite3.connect(emptied, isolation_level=None)) as connection:
        connection.execute("UPDATE keys SET wrapped = zeroblob(length(wrapped))")
    for vault, notes in ((None, 1), (tmp_path / "none.db", 1), (emptied, 0)):
        checks = CasesRows(published(shipped_calendars()), vault)
        with mutated(history, lambda raw, checks=checks: verify(raw, (), cites, checks.check)) as others:  # type: ignore[misc]  # bound at once
            told = others.after(ended)
            assert told is not None
            assert (told.findings, len(told.notes)) == (0, notes)


def test_text_that_is_none_is_a_difference_like_any_other(history: Path, tmp_path: Path) -> None:
    """It does not end the look at all the rest."""
    changed = tmp_path / "cases.db"
    shutil.copyfile(history, changed)
    with closing(sqlite3.connect(changed, isolation_level=None)) as connection:
        connection.execute("UPDATE cases SET officer = CAST(x'ff' AS TEXT)")
    with raw_file(changed) as raw:
        told = verify(raw, (), cites, CasesRows(published(shipped_calendars())).check)
    assert {(one.table, one.column) for one in told.told} == {("cases", "officer")}


def test_announcements_from_before_their_digest_are_noted(rows: Mutated) -> None:
    """The next start gives it; what else the rows say is compared."""
    older = ("ALTER TABLE announcements DROP COLUMN digest", ())
    told, changed = rows.after([older]), rows.after([older, ("UPDATE announcements SET case_id = 'none'", ())])
    assert told is not None
    assert (told.told, len(told.notes)) == ([], 1)
    assert changed is not None
    assert "announcements" in {one.table for one in changed.told}


def test_a_circle_of_mergers_ends(rows: Mutated) -> None:
    """Whoever rewrites events can make one; what is found is what was rewritten, and the look at it ends."""
    kind = "demerit.cases.complaint_merged.v1"
    (case, into), *_ = rows.merged(kind)
    told = rows.after(
        [
            (
                "UPDATE stored_events SET state = replace(CAST(state AS TEXT), ?, ?) WHERE topic = ?",
                (f'"into":"{into}"', f'"into":"{case}"', kind),
            )
        ]
    )
    assert told is not None
    assert "stored_events" in {one.table for one in told.told}


def test_rows_that_are_missing_or_too_many_are_found(rows: Mutated) -> None:
    """Each of them; where none of a table can be, that is said above."""
    missed = set()
    for table in rows.tables:
        for key in rows.keys(table):
            told = rows.without(table, key)
            if told is not None and not told.findings:
                missed.add(table)
    assert missed == UNTOLD.keys()


def test_a_row_that_is_there_twice_is_found(rows: Mutated) -> None:
    """Under another key, in every table; one of events holds no version of a stream twice."""
    for table in rows.tables:
        if table == "stored_events":
            continue
        keys = rows.keys(table)
        another = max(key[-1] for key in keys)
        told = rows.with_another(table, keys[0], another + 1 if isinstance(another, int) else f"{another}x")
        assert told is not None, table
        assert table in {one.table for one in told.told}, table


@pytest.mark.parametrize("table", SWAPPED)
def test_rows_that_were_exchanged_are_found(rows: Mutated, table: str) -> None:
    """Two rows of a table, with all their columns but the key."""
    keys = rows.keys(table)
    told = rows.swapped(table, keys[0], keys[-1])
    assert told is not None
    assert table in {one.table for one in told.told}
