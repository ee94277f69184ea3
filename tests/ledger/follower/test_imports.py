"""Past penalties count from when they were given, in order; what lies before the import is unknown, not zero."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.cases.imports.importing import Importer
from services.cases.tables import TABLES
from services.ledger.rendering import Asked
from shared.contracts.entries import ORDINARY_RECORDED
from shared.kit import cloudevent
from shared.kit.log.memory import open_memory_log
from tests.cases.imports.test_importing import SINCE, penalty, written
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.following import Following
from tests.support.logs import StandingClock


@pytest.fixture
def cases(tmp_path: Path) -> Decisions:
    """A cases log that begins with an import: two ordinary penalties of one seller, a severe one of another."""
    made = Decisions(StandingClock(FIRST))
    made.log = open_memory_log(made.clock, TABLES)
    rows = [
        penalty("s-1", 300, "b"),
        penalty("s-1", 100, "a", grade="general"),
        penalty("s-2", 2200, "c", track="severe", points=48),
    ]
    importer = Importer(made.log, SEED, made.clock)
    importer.run(written(tmp_path, rows), "import-1", SINCE, check_only=False, told=lambda *_: None)
    return made


@pytest.fixture
def ledger(cases: Decisions) -> Following:
    """A ledger that has folded it."""
    following = Following(cases, cases.clock)
    following.catch_up()
    return following


def at(day: int) -> Asked:
    """Ask for so many days after the horizon."""
    return Asked(as_of=SINCE + timedelta(days=day))


def test_a_past_penalty_counts_from_its_own_instant(ledger: Following) -> None:
    assert ledger.ask("s-1", at(99))["points"]["ordinary"] == 0
    assert ledger.ask("s-1", at(100))["standing"] == "restricted"
    assert ledger.ask("s-1", at(301))["points"]["ordinary"] == 24
    assert ledger.ask("s-1")["points"]["ordinary"] == 0  # the years since have cleared it
    assert ledger.ask("s-2")["standing"] == "sealed"


def test_before_the_import_it_was_not_known(ledger: Following) -> None:
    """`known_at` is when we knew, however long ago it was."""
    asked = Asked(as_of=SINCE + timedelta(days=100), known_at=FIRST - DAY)
    assert ledger.ask("s-1", asked)["points"]["ordinary"] == 0


def test_what_lies_before_the_import_is_unknown(cases: Decisions, ledger: Following) -> None:
    cases.ordinary("s-3")
    ledger.catch_up()
    horizon = SINCE.isoformat().replace("+00:00", "Z")
    assert ledger.ask("s-1")["unknown_before"] == horizon
    assert ledger.ask("s-1", Asked(known_at=FIRST - DAY))["unknown_before"] is None
    assert ledger.ask("s-3")["unknown_before"] is None


def test_an_imported_entry_says_where_it_comes_from_and_names_no_case(ledger: Following) -> None:
    (first, *_) = [one for one in ledger.log.stream("account-s-1") if one.type == ORDINARY_RECORDED]
    envelope = cloudevent.decode(first.state)
    assert b'"imported":{"complete_from":"2020-01-01T00:00:00Z","import_id":"import-1","line":2' in bytes(envelope.data)
    assert b'"case":""' in bytes(envelope.data)
    account = ledger.questions.history("s-1").account  # type: ignore[union-attr]  # the account is in no quarantine
    (entry, _) = account.facts
    assert entry.imported is not None  # type: ignore[union-attr]  # it is an entry
    assert (entry.imported.line, entry.imported.reference) == (2, "a")  # type: ignore[union-attr]  # as above
    assert entry.rulebook == SEED.versions[0].ref  # type: ignore[union-attr]  # as above


def test_a_restart_reads_imported_entries_as_they_were(cases: Decisions, ledger: Following) -> None:
    again = Following(cases, cases.clock, ledger.log)
    assert again.ask("s-1", at(150)) == ledger.ask("s-1", at(150))


def test_decisions_go_on_behind_the_past(cases: Decisions, ledger: Following) -> None:
    """A penalty of last December and one of now: the year end lies between, the ladder goes on from the carry-in."""
    cases.severe("s-1", 12, at=FIRST + DAY)
    ledger.catch_up()
    told = ledger.ask("s-1", Asked(as_of=FIRST + 2 * DAY))
    assert told["points"] == {"ordinary": 0, "severe": 12}
    assert isinstance(datetime.fromisoformat(told["unknown_before"]), datetime)
