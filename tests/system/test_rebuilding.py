"""A rebuild where several processes answer over one database: each of them answers by the new rows afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.ledger.rebuilding import SEAT
from services.ledger.tables import ACCOUNTS, TABLES
from shared.kit.log.model import Append
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.postgres.lease import Lease
from shared.kit.log.rows import Put, Row
from tests.support.decisions import Decisions
from tests.support.eventually import eventually
from tests.support.following import Following
from tests.support.ledger_service import LedgerService
from tests.support.postgres import Place, place
from tests.support.tree import ROOT
from tests.system.test_workers import follows, process, stands_by, state

PATH = "/read-model/rebuild"


@pytest.fixture
def database() -> Iterator[Place]:
    """A schema for the ledger, migrated."""
    given = place()
    given.migrate(TABLES)
    yield given
    given.drop()


def quarantined_by_damage(database: Place, cases: Decisions) -> None:
    """Fold an ordinary violation, and let its row say that its account cannot answer."""
    cases.ordinary("s-1")
    log = open_postgres_log(database.dsn, database.schema, cases.clock, TABLES, connections=2)
    Following(cases, cases.clock, log).catch_up()
    row: Row = {"seller": "s-1", "version": 1, "position": 1, "quarantined": 1, "parked": 1}
    log.append(Append(rows=lambda _: [Put(ACCOUNTS, row)]))
    log.close()


@contextmanager
def two(folder: Path, cases: Decisions, database: Place) -> Iterator[tuple[LedgerService, LedgerService]]:
    """Serve in two processes, of which the first follows; both have the damaged row in memory."""
    quarantined_by_damage(database, cases)
    with process(folder, cases, database) as leads:
        eventually(lambda: follows(leads), within_s=10)
        with process(folder, cases, database) as waits:
            eventually(lambda: stands_by(waits), within_s=10)
            assert [answered(one) for one in (leads, waits)] == [False, False]
            yield leads, waits


def answered(ledger: LedgerService) -> bool:
    """Return whether a process gives the standing."""
    status = ledger.get("/sellers/s-1/standing").status_code
    assert status in (200, 409, 503)
    return status == 200


def rebuild(ledger: LedgerService) -> None:
    """Rebuild in this process."""
    begun = ledger.http.post(PATH, headers=ledger.headers("admin"))
    assert begun.status_code == 202, begun.text
    told = {"state": "complete", "accounts": 1, "differing": 1}
    eventually(lambda: ledger.http.get(PATH, headers=ledger.headers("admin")).json() == told, within_s=10)


@pytest.mark.parametrize("which", [0, 1], ids=["the one that follows", "the one that waits"])
def test_every_process_answers_by_the_new_rows(tmp_path: Path, database: Place, which: int) -> None:
    """Whoever rebuilds; and what is folded next counts on them."""
    cases = Decisions()
    with two(tmp_path, cases, database) as both:
        rebuild(both[which])
        assert answered(both[which])
        eventually(lambda: all(answered(one) for one in both), within_s=10)
        cases.ordinary("s-1")
        assert [one.standing("s-1")["points"]["ordinary"] for one in both] == [24, 24]


def test_a_process_that_follows_no_more_hears_of_it_too(tmp_path: Path, database: Place) -> None:
    """An alarm has ended its following, and it keeps the seat; the others' work it takes in."""
    cases = Decisions()
    with two(tmp_path, cases, database) as (leads, waits):
        cases.add("demerit.cases.something_new.v1", "s-2", {})
        eventually(lambda: "'alarmed'" in state(leads), within_s=10)
        rebuild(waits)
        eventually(lambda: answered(leads), within_s=10)


def test_the_command_works_beside_the_service(tmp_path: Path, database: Place) -> None:
    """And ends at once where a process of the service rebuilds already; nor does that then begin."""
    cases = Decisions()
    given = os.environ | {
        "LEDGER_DATABASE_URL": database.dsn,
        "LEDGER_DATABASE_SCHEMA": database.schema,
        "LEDGER_DATA_DIR": str(tmp_path),
    }
    command = [sys.executable, "-m", "services.ledger", "rebuild"]
    with two(tmp_path, cases, database) as both:
        held = Lease(database.dsn, database.schema, SEAT)
        assert held.acquire()
        busy = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
        assert (busy.returncode, "another process rebuilds" in busy.stderr) == (2, True)
        refused = both[1].http.post(PATH, headers=both[1].headers("admin"))
        assert (refused.status_code, refused.json()["code"]) == (409, "rebuild_under_way")
        held.release()
        done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
        assert done.stdout == "1 accounts made anew; 1 rows were otherwise than the log makes them\n", done.stderr
        (line,) = [line for line in map(json.loads, done.stderr.splitlines()) if line["event"] == "rebuilt"]
        assert (line["level"], line["cause"], line["differing"]) == ("error", "damage", 1)
        eventually(lambda: all(answered(one) for one in both), within_s=10)
