"""The comparisons run, and say what readers of var/bench/latest.json rely on."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import Any

import pytest

from benchmarks import batched, fold, gate, harness, postgres, raw, raw_postgres, syncs
from benchmarks.callers import together
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import append_all, pages, samples
from benchmarks.harness import interleave
from benchmarks.plot import chart
from benchmarks.report import BEGIN, END, keep, write_table
from benchmarks.rows import COMPARISONS, named
from services.ledger.tables import TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.tree import ROOT

RECORD: dict[str, Any] = {
    "row": "fold",
    "store": "sqlite",
    "unit": "decisions/s",
    "ours": 30,
    "limit": 40,
    "peers": {"stock": 10},
    "ratios": {"limit": 0.75, "stock": 3.0},
    "ranges": {"ours": [29, 31], "limit": [39, 41], "stock": [9, 11]},
    "size": 100,
    "syncs_per_operation": {},
    "commit": "c",
    "kernel": "k",
    "python": "p",
    "sqlite": "s",
    "measured_at": "2026-01-01T00:00:00+00:00",
}
PATIENT = pytest.mark.timeout(300)  # s, for those that start servers and write durably beside other tests
PEERS: dict[str, set[str]] = {
    "fold": {"stock"},
    "as_of": set(),
    "proofs": {"stock"},
    "receipt": set(),
}  # of rows that go without one
WRITING = {"single_append", "concurrent_append", "fold", "import", "receipt"}
ROWS = {
    "single_append",
    "concurrent_append",
    "fold",
    "import",
    "standing_http",
    "as_of",
    "feed_ndjson",
    "proofs",
    "receipt",
}


def measured(folder: Path, row: str | None, store: str, *more: str) -> list[dict[str, Any]]:
    """Measure one row, or all of a store, with a handful of operations; return what was written."""
    command = [sys.executable, "-m", "benchmarks", "--store", store, "--size", "20", *more]
    command += [] if row is None else ["--only", row]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]
    written: list[dict[str, Any]] = json.loads((folder / "var/bench/latest.json").read_text())
    return written


def check(record: Mapping[str, Any], row: str, store: str, peers: set[str]) -> None:
    """Hold a record against the form that its readers know."""
    assert (record["row"], record["store"], record["rounds"], record["size"]) == (row, store, 5, 20)
    assert set(record["peers"]) == peers
    assert min(record["ours"], record["limit"], *record["peers"].values()) > 0
    assert set(record["ranges"]) == {"ours", "limit", *peers}
    assert all(low <= high for low, high in record["ranges"].values())
    assert set(record["ratios"]) == {"limit", *peers}


def test_every_row_has_its_stores() -> None:
    """Every row is measured on both stores; a row's variants belong to it."""
    assert {one.row for one in COMPARISONS} >= ROWS
    for row in ROWS:
        assert [one.store for one in COMPARISONS if one.row == row] == ["sqlite", "postgres"]
    assert [one.row for one in named("as_of", "sqlite")] == ["as_of", "as_of_in_process"]
    assert named("nothing", None) == []


@PATIENT
def test_rows_are_written_beside_those_of_earlier_runs(tmp_path: Path) -> None:
    """Given a row measured before, when another one is, both stand in the list, each with medians per second."""
    assert [record["row"] for record in measured(tmp_path, "fold", "sqlite")] == ["fold"]
    first, second = measured(tmp_path, "single_append", "sqlite")
    check(first, "single_append", "sqlite", {"stock", "crud"})
    check(second, "fold", "sqlite", {"stock"})
    assert len(list((tmp_path / "var/bench/runs").iterdir())) == 2


@PATIENT
def test_rows_run_on_postgres(tmp_path: Path) -> None:
    """A row on PostgreSQL has its limit and its peers there, and tells the server's version and its syncs."""
    records = measured(tmp_path, None, "postgres", "--without", "emmett")
    assert {record["row"] for record in records} == ROWS
    for record in records:
        check(record, record["row"], "postgres", PEERS.get(record["row"], {"stock", "crud"}))
        assert record["postgres"]
        if record["row"] in WRITING:
            assert set(record["syncs_per_operation"]) == set(record["ranges"])


@PATIENT
@pytest.mark.parametrize(("row", "peers"), [("proofs", {"stock"}), ("receipt", set())])
def test_what_is_proven_and_signed_is_measured(tmp_path: Path, row: str, peers: set[str]) -> None:
    """In process: a hundred proofs at once beside the peer's one by one, and a write with its receipt."""
    (record,) = measured(tmp_path, row, "sqlite")
    check(record, row, "sqlite", peers)


@PATIENT
def test_a_seeded_history_is_replayed(tmp_path: Path) -> None:
    records = measured(tmp_path, "replay", "sqlite")
    assert [record["row"] for record in records] == ["replay", "replay_two_processes"]
    for record in records:
        check(record, record["row"], "sqlite", set())


def test_two_clocks_are_asked_in_process(tmp_path: Path) -> None:
    """The variant of a row that needs no server runs alone, and knows no peer."""
    (record,) = measured(tmp_path, "as_of_in_process", "sqlite")
    check(record, "as_of_in_process", "sqlite", set())


@PATIENT
def test_the_limit_of_the_fold_writes_page_after_page(tmp_path: Path) -> None:
    """Given a history of several pages, then the bare driver ends where ours did, on both stores."""
    model, again = tmp_path / "model.db", tmp_path / "again.db"
    with closing(open_sqlite_log(tmp_path / "cases.db", utc_now)) as log:
        append_all(log, samples(30))
        several = list(pages(log, limit=10))
    _, heads = fold.ours_in_file(model, several)
    assert len(heads) == len(several) == 3
    found = fold.batches(lambda name: raw.table(model, name), several, heads, "sqlite")
    fold.raw_in_file(again, model, several, [batched.statements(one, fold.replaced("sqlite")) for one in found])
    for name in ("stored_events", "accounts", "followed", "grown", "log_head"):
        assert set(raw.table(again, name)) == set(raw.table(model, name))
    assert raw.table(again, "tracking") == [row for row in raw.table(model, "tracking") if row[0] == "cases"]
    with postgres.migrated(TABLES) as at:
        _, heads = fold.ours_in_schema(at, several)
        written = fold.batches(lambda name: raw_postgres.table(at.schema, name), several, heads, "postgres")
    assert fold.raw_in_schema(several, written) > 0


@PATIENT
def test_an_import_is_measured_whole(tmp_path: Path) -> None:
    """The row over a file has the peers that read it too."""
    (record,) = measured(tmp_path, "import", "sqlite")
    check(record, "import", "sqlite", {"stock", "crud"})


@PATIENT
def test_rows_run_over_http(tmp_path: Path) -> None:
    """Servers and client are processes of their own; every answer is a 200, of as many bytes from each."""
    check(measured(tmp_path, "standing_http", "sqlite")[0], "standing_http", "sqlite", {"stock", "crud"})


def test_contenders_take_turns_and_the_first_changes() -> None:
    """Every round begins with another contender."""
    turns: list[str] = []

    def contender(name: str, rate: float) -> float:
        turns.append(name)
        return rate

    rates = interleave({"a": lambda: contender("a", 1.0), "b": lambda: contender("b", 2.0)}, rounds=2)
    assert "".join(turns) == "ab" + "ba"
    assert rates == {"a": (1.0, 1.0), "b": (2.0, 2.0)}


def lazy(size: int) -> AbstractContextManager[Mapping[str, Contender]]:
    """Prepare contenders that sync nothing at all."""
    return nullcontext({"ours": lambda: float(size), "limit": lambda: float(size)})


def test_a_contender_that_does_not_sync_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given one that says it is durable, when it syncs less often than it writes, no figure comes of it."""
    monkeypatch.setattr(syncs, "counted", lambda _store, _owner: lambda work, _due: (work(), 3))
    sound = Comparison("row", "sqlite", "x/s", 3, lazy, writes=True, durable=frozenset({"limit"}))
    assert harness.measure(sound, 3).syncs == {"ours": 1.0, "limit": 1.0}
    with pytest.raises(RuntimeError, match="limit synced 3 times for 4"):
        harness.measure(sound, 4)


def test_callers_share_the_work() -> None:
    """Every piece is done once, by one of the callers; what one raises is raised."""
    done: list[int] = []
    assert together(4, range(100), lambda: done.append) > 0
    assert sorted(done) == list(range(100))
    with pytest.raises(ZeroDivisionError):
        together(2, range(3), lambda: lambda piece: 1 / piece)


def test_the_gate_looks_twice_before_it_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given one bad moment, it stays open; given two, it closes."""
    seen = iter([0.5, 2.0, 0.5, 0.9])
    monkeypatch.setattr(gate, "ratio", lambda _held: next(seen))
    held = gate.Held("fold", "stock", 1.0, 10)
    assert gate.passes(held)
    assert not gate.passes(held)


def test_the_gate_holds_rows_that_there_are() -> None:
    """Each is measured on SQLite."""
    assert all(len(named(held.row, "sqlite")) == 1 for held in gate.GATE)


def test_the_latest_of_each_row_is_kept(tmp_path: Path) -> None:
    """Given a row measured again, the later figure stands in its place."""
    order = [("single_append", "sqlite"), ("fold", "sqlite")]
    keep(tmp_path, [RECORD], order)
    later = {**RECORD, "ours": 31, "measured_at": "2026-01-02T00:00:00+00:00"}
    other = {**RECORD, "row": "single_append", "measured_at": "2026-01-03T00:00:00+00:00"}
    assert keep(tmp_path, [later, other], order) == [other, later]
    assert len(list((tmp_path / "runs").iterdir())) == 2


def test_the_table_replaces_the_one_between_its_marks(tmp_path: Path) -> None:
    """What stands around the marks stays, what stood between them goes."""
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nwhat was there\n{END}\nafter\n")
    write_table(document, [RECORD])
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "| fold | sqlite | stock | 10 | 9–11 | 3.00 × |" in text
    assert "what was there" not in text
    document.write_text("no marks")
    with pytest.raises(ValueError, match="would have to have the marks"):
        write_table(document, [RECORD])


def test_a_chart_is_well_formed_and_rises_with_its_values() -> None:
    """Given a curve, its points stand further right for more entries and higher for higher rates."""
    drawn = ET.fromstring(  # noqa: S314  # our own text
        chart("Fold <1>", "entries", "per second", {"ours": [(1000, 10.0), (100_000, 1000.0)]})
    )
    low, high = drawn.iterfind("{*}circle")
    assert float(low.attrib["cx"]) < float(high.attrib["cx"])
    assert float(low.attrib["cy"]) > float(high.attrib["cy"])
    with pytest.raises(ValueError, match="a point"):
        chart("Nothing", "entries", "per second", {"ours": []})
