"""An import is recorded whole, in order of effective time, once; or it says why not, and records nothing."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cases.imports import importing
from services.cases.imports.importing import Importer, ImportRefused, Report, import_id_of
from services.cases.tables import CASES, IMPORTED, TABLES
from shared.contracts.decisions import ORDINARY_UPHELD, PAST_PENALTY_IMPORTED, PastPenaltyImported
from shared.kit import cloudevent
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog
from shared.kit.log.rows import Put
from shared.kit.log.sqlite import open_sqlite_log
from shared.rulebook.loader import shipped

NOW = datetime(2026, 3, 2, tzinfo=UTC)
SEED = shipped("seed")
SINCE = datetime(2020, 1, 1, tzinfo=UTC)


def penalty(seller: str, day: int, reference: str, **changes: Any) -> dict[str, Any]:
    """Return a row of 12 ordinary points, so many days after the import's horizon."""
    at = SINCE + timedelta(days=day)
    return {
        "seller": seller,
        "track": "ordinary",
        "points": 12,
        "effective_at": at.isoformat(),
        "reference": reference,
        **changes,
    }


def written(folder: Path, rows: list[dict[str, Any]], name: str = "past") -> Path:
    """Write rows as NDJSON."""
    path = folder / f"{name}.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def run(log: EventLog, path: Path, *, check_only: bool = False, import_id: str | None = None) -> Report:
    """Import a file."""
    importer = Importer(log, SEED, lambda: NOW)
    return importer.run(path, import_id or import_id_of(path), SINCE, check_only=check_only, told=lambda *_: None)


def facts(log: EventLog) -> list[cloudevent.Envelope]:
    """Return what was imported, in order of position."""
    events = []
    after = 0
    while page := log.read(after, 1000).events:
        events += [cloudevent.decode(one.state) for one in page]
        after = page[-1].position
    return events


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EventLog]:
    """A log on disk."""
    opened = open_sqlite_log(tmp_path / "cases.db", lambda: NOW, TABLES)
    yield opened
    opened.close()


def test_rows_are_recorded_in_order_of_effective_time(log: EventLog, tmp_path: Path) -> None:
    path = written(tmp_path, [penalty("s-1", 30, "b"), penalty("s-2", 20, "c"), penalty("s-1", 10, "a")])
    report = run(log, path)
    assert (report.rows, report.recorded, report.first, report.last) == (3, 3, 1, 3)
    data = [msgspec.json.decode(fact.data, type=PastPenaltyImported) for fact in facts(log)]
    assert [one.reference for one in data] == ["a", "c", "b"]
    assert [one.line for one in data] == [3, 2, 1]
    assert {one.import_id for one in data} == {import_id_of(path)}
    assert [fact.time for fact in facts(log)] == [SINCE + timedelta(days=day) for day in (10, 20, 30)]
    assert {(fact.type, fact.standingeffect) for fact in facts(log)} == {(PAST_PENALTY_IMPORTED, "points")}
    assert [(fact.stream, fact.streamversion) for fact in facts(log) if fact.subject == "s-1"] == [
        ("imported-s-1", 1),
        ("imported-s-1", 2),
    ]
    assert data[0].complete_from == SINCE
    assert data[0].rulebook.digest == SEED.versions[0].ref.digest


def test_one_bad_row_keeps_the_whole_file_out_and_every_bad_row_is_told(log: EventLog, tmp_path: Path) -> None:
    rows = [
        penalty("s-1", 1, "a"),
        penalty("s-1", 2, "a"),
        penalty("s-1", -1, "b"),
        penalty("s-1", 3, "c", points=-4),
        penalty("s-2", 3, "a"),
    ]
    report = run(log, written(tmp_path, rows))
    assert [(bad.line, bad.reason.split(" ")[0]) for bad in report.bad] == [
        (2, "reference"),
        (3, "effective_at"),
        (4, "points"),
    ]
    assert (report.bad_rows, report.recorded, log.head().position) == (3, 0, 0)


def test_more_bad_rows_than_a_report_names_are_counted(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "MAX_SHOWN", 5)
    report = run(log, written(tmp_path, [penalty("s-1", 1, f"r-{n}", points=-1) for n in range(20)]))
    assert (report.bad_rows, len(report.bad)) == (20, 5)


def test_checking_records_nothing(log: EventLog, tmp_path: Path) -> None:
    report = run(log, written(tmp_path, [penalty("s-1", 1, "a")]), check_only=True)
    assert (report.rows, report.bad_rows, report.recorded, log.head().position) == (1, 0, 0, 0)


def test_the_same_file_again_records_nothing_again(log: EventLog, tmp_path: Path) -> None:
    path = written(tmp_path, [penalty("s-1", 1, "a"), penalty("s-1", 2, "b")])
    run(log, path)
    again = run(log, path)
    assert (again.recorded, again.recorded_before, log.head().position) == (0, 2, 2)


def test_another_file_under_the_same_id_is_refused(log: EventLog, tmp_path: Path) -> None:
    run(log, written(tmp_path, [penalty("s-1", 1, "a")]), import_id="import-1")
    with pytest.raises(ImportRefused, match="an id of its own"):
        run(log, written(tmp_path, [penalty("s-2", 1, "a")], "other"), import_id="import-1")
    assert log.head().position == 1


@pytest.mark.parametrize(
    "change", [{"reference": "b"}, {"grade": "g"}, {"points": 13}, {"effective_at": "2021-01-01T00:00:00Z"}]
)
def test_a_file_that_differs_in_anything_is_another_one(log: EventLog, tmp_path: Path, change: dict[str, Any]) -> None:
    run(log, written(tmp_path, [penalty("s-1", 1, "a")]), import_id="import-1")
    with pytest.raises(ImportRefused, match="an id of its own"):
        run(log, written(tmp_path, [{**penalty("s-1", 1, "a"), **change}]), import_id="import-1")


def test_an_import_does_not_go_on_with_another_horizon(log: EventLog, tmp_path: Path) -> None:
    path = written(tmp_path, [penalty("s-1", 1, "a")])
    run(log, path)
    with pytest.raises(ImportRefused, match="another --complete-from"):
        Importer(log, SEED, lambda: NOW).run(
            path, import_id_of(path), SINCE - timedelta(1), check_only=False, told=lambda *_: None
        )


def test_the_same_penalty_in_a_file_that_looks_different_does_not_count_again(log: EventLog, tmp_path: Path) -> None:
    path = written(tmp_path, [penalty("s-1", 1, "a")])
    run(log, path)
    path.write_text(path.read_text() + "\n")
    report = run(log, path)
    assert [(bad.line, "come after" in bad.reason) for bad in report.bad] == [(1, True)]
    assert log.head().position == 1


def test_a_seller_who_was_decided_about_has_no_past_to_import(log: EventLog, tmp_path: Path) -> None:
    row = {"case_id": "case-1", "respondent": "s-2", "decision_type": ORDINARY_UPHELD}
    log.append(Append(rows=lambda _: [Put(CASES, row)]))
    report = run(log, written(tmp_path, [penalty("s-1", 1, "a"), penalty("s-2", 1, "b"), penalty("s-2", 2, "c")]))
    assert [(bad.line, "decision" in bad.reason) for bad in report.bad] == [(2, True)]
    assert log.head().position == 0


def test_a_later_import_goes_on_behind_the_earlier_one(log: EventLog, tmp_path: Path) -> None:
    run(log, written(tmp_path, [penalty("s-1", 10, "a"), penalty("s-2", 10, "b")]))
    report = run(log, written(tmp_path, [penalty("s-1", 9, "c"), penalty("s-2", 11, "d")], "second"))
    assert [(bad.line, "come after" in bad.reason) for bad in report.bad] == [(1, True)]
    report = run(log, written(tmp_path, [penalty("s-1", 11, "c"), penalty("s-2", 11, "d")], "third"))
    assert (report.bad_rows, report.recorded) == (0, 2)
    assert [row["version"] for row in log.select(IMPORTED, limit=10)] == [2, 2]


class Interrupted(Exception):
    """The process ended between two batches."""


def test_an_interrupted_import_goes_on_where_it_was(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever batch was the last, what is recorded in the end is the whole file, once, in order."""
    monkeypatch.setattr(importing, "BATCH", 3)
    path = written(tmp_path, [penalty(f"s-{n % 4}", 40 - n, f"r-{n}") for n in range(20)])

    def stop_after(batches: int) -> None:
        def told(what: str, done: int, _: int) -> None:
            if what == "recording" and done >= 3 * batches:
                raise Interrupted

        with pytest.raises(Interrupted):
            Importer(log, SEED, lambda: NOW).run(path, "import-1", SINCE, check_only=False, told=told)

    for batches in range(1, 7):
        stop_after(batches)
    report = run(log, path, import_id="import-1")
    assert (report.recorded_before, report.recorded) == (18, 2)
    assert [fact.time for fact in facts(log)] == sorted(fact.time for fact in facts(log))
    assert len({fact.id for fact in facts(log)}) == log.head().position == 20


def test_a_decision_between_two_batches_stops_the_import(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH", 2)
    path = written(tmp_path, [penalty("s-1", n, f"r-{n}") for n in range(4)])

    def told(what: str, done: int, _: int) -> None:
        if what == "recording" and done == 2:
            row = {"case_id": "case-1", "respondent": "s-1", "decision_type": ORDINARY_UPHELD}
            log.append(Append(rows=lambda _: [Put(CASES, row)]))

    with pytest.raises(ImportRefused, match="2 of 4"):
        Importer(log, SEED, lambda: NOW).run(path, "import-1", SINCE, check_only=False, told=told)
    assert log.head().position == 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["s-1", "s-2", "s-3"]), st.integers(0, 30)), max_size=30))
def test_whatever_the_order_of_the_file_each_seller_is_recorded_in_order_of_time(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int]]
) -> None:
    log = open_memory_log(lambda: NOW, TABLES)
    rows = [penalty(seller, day, f"r-{n}") for n, (seller, day) in enumerate(told)]
    report = run(log, written(tmp_path_factory.mktemp("past"), rows))
    assert report.recorded == len(told)
    for seller in {seller for seller, _ in told}:
        times = [fact.time for fact in facts(log) if fact.subject == seller]
        assert times == sorted(SINCE + timedelta(days=day) for name, day in told if name == seller)
