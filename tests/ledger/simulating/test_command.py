"""The simulation as its command: over a copy of the log and the feed of a cases service, for people and for scripts."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ledger.tables import TABLES
from shared.contracts.simulationreport import SimulationReport
from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.keyfolder import KeyFolder
from shared.kit.audit.vkey import VerifierKey
from shared.kit.feed import feed_router
from shared.kit.http import create_app
from shared.kit.log.instant import utc_now
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.starting import CANNOT
from shared.rulebook.seals import unsealed
from tests.support.drafts import HALVED, draft
from tests.support.following import Following
from tests.support.postgres import in_database, place
from tests.support.server import serving
from tests.support.simulated import MAILED, FoundDecisions
from tests.support.tokens import local_issuer
from tests.support.tree import ROOT

PERIOD = ["--from", "2026-01-01T00:00:00+08:00", "--until", "2027-01-01T00:00:00+08:00"]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    """The feed of a cases log that a ledger has folded; its log, its token and a candidate lie in the folder."""
    cases = FoundDecisions()
    cases.found("s-1")
    cases.found("s-2", MAILED, grade="grave", points=48)
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    Following(cases, cases.clock, log).catch_up()
    log.close()
    issuer = local_issuer(tmp_path / "keys")
    (tmp_path / "token").write_text(issuer.token("follower", "ledger"))
    (tmp_path / "candidate.toml").write_text(draft(HALVED), "utf-8")
    service = create_app(
        title="c", version="1", verifier=issuer.verifier(), routers=[feed_router(cases.log)], checks={}
    )
    with serving(service) as address:
        yield address


def command(folder: Path, url: str, *options: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Simulate the candidate in the folder, with its log unless another one is named."""
    env = {
        **os.environ,
        "LEDGER_DATA_DIR": str(folder),
        "LEDGER_CASES_URL": url,
        "LEDGER_TOKEN_FILE": str(folder / "token"),
        **settings,
    }
    asked = [sys.executable, "-m", "services.ledger", "simulate", str(folder / "candidate.toml"), *options]
    return subprocess.run(asked, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=60)


def test_the_report_goes_to_standard_output_and_a_summary_beside_it(tmp_path: Path, url: str) -> None:
    done = command(tmp_path, url, *PERIOD, "--as-of", "2026-03-05T00:00:00Z")
    assert done.returncode == 0, done.stderr
    report = SimulationReport.model_validate_json(done.stdout)
    assert (report.decisions.changed, report.decisions.same) == (1, 1)
    assert "accounts: 2 looked at, 1 changed, 0 not replayable, 0 quarantined" in done.stderr
    assert "decisions: 1 same, 1 changed, 0 not upheld, 0 not replayable" in done.stderr
    assert "1 restricted -> watch" in done.stderr


def test_report_and_differences_go_to_files(tmp_path: Path, url: str) -> None:
    """Of a copy that is named, and of the accounts that are; the report pins the differences."""
    (tmp_path / "ledger.db").rename(tmp_path / "copy.db")
    files = ["--report", str(tmp_path / "report.json"), "--changes", str(tmp_path / "changes.ndjson")]
    copied = ["--copy", str(tmp_path / "copy.db"), "--seller", "s-1", "--seller", "s-9"]
    done = command(tmp_path, url, *PERIOD, *files, *copied, "--suppose", "DRAFT-1")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    report = SimulationReport.model_validate_json((tmp_path / "report.json").read_bytes())
    written = (tmp_path / "changes.ndjson").read_bytes()
    assert report.sellers == ["s-1", "s-9"]
    assert report.changes.digest == hashlib.sha256(written).hexdigest()
    assert {json.loads(line)["seller"] for line in written.splitlines()} == {"s-1"}


def test_over_a_database_it_simulates_while_the_service_runs(tmp_path: Path) -> None:
    at, cases = place(), FoundDecisions()
    at.migrate(TABLES)
    cases.found("s-1")
    log = open_postgres_log(at.dsn, at.schema, cases.clock, TABLES)
    Following(cases, cases.clock, log).catch_up()
    issuer = local_issuer(tmp_path / "keys")
    (tmp_path / "token").write_text(issuer.token("follower", "ledger"))
    (tmp_path / "candidate.toml").write_text(draft(HALVED), "utf-8")
    feed = create_app(title="c", version="1", verifier=issuer.verifier(), routers=[feed_router(cases.log)], checks={})
    with serving(feed) as url:
        done = command(tmp_path, url, *PERIOD, **in_database({"ledger": at}))
    log.close()
    at.drop()
    assert done.returncode == 0, done.stderr
    assert SimulationReport.model_validate_json(done.stdout).decisions.changed == 1


def test_by_its_dates_the_candidate_changes_nothing_yet(tmp_path: Path, url: str) -> None:
    done = command(tmp_path, url, *PERIOD, "--as-dated")
    assert SimulationReport.model_validate_json(done.stdout).changes.told == 0
    assert "the candidate as it is dated" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--from", "2026-01-01", "--until", "2027-01-01T00:00:00Z"], "--from: an instant is RFC 3339"),
        (
            ["--from", "2027-01-01T00:00:00Z", "--until", "2026-01-01T00:00:00Z"],
            "the period has to end after it begins",
        ),
        ([*PERIOD, "--suppose", "TB-1999"], "the version supposed has to be one of the candidate's"),
    ],
)
def test_what_cannot_be_asked_ends_it(tmp_path: Path, url: str, options: list[str], said: str) -> None:
    done = command(tmp_path, url, *options)
    assert (done.returncode, done.stdout) == (CANNOT, "")
    assert said in done.stderr


def test_a_bad_candidate_ends_it_with_every_fault(tmp_path: Path, url: str) -> None:
    (tmp_path / "candidate.toml").write_text(draft(("points = 12", "points = true"), ("hours = 168", "hours = 0")))
    done = command(tmp_path, url, *PERIOD)
    assert done.returncode == CANNOT
    assert "candidate.toml: versions[1].grades.general.points: must be a whole number" in done.stderr
    assert "versions[1].tracks.ordinary.ladder.nodes[0].hours" in done.stderr


def test_without_the_cases_it_ends_and_leaves_no_report(tmp_path: Path, url: str) -> None:
    (tmp_path / "token").write_text("not.a.token")
    done = command(tmp_path, url, *PERIOD, "--report", str(tmp_path / "report.json"))
    assert done.returncode == CANNOT
    assert "answered 401" in done.stderr
    assert not (tmp_path / "report.json").exists()


def keyed(folder: Path) -> VerifierKey:
    """Make the key of the log in the folder, as the service does at its first start; return its public half."""
    log = open_sqlite_log(folder / "ledger.db", utc_now, TABLES)
    (hand,) = KeyFolder(folder / "keys" / "log", log.id).open()
    log.close()
    return hand.key


@pytest.mark.parametrize("name", ["ledger.db", "copy.db"])
def test_the_report_is_sealed_with_the_key_of_the_log(tmp_path: Path, url: str, name: str) -> None:
    """Of the log itself, and of a copy of it."""
    key = keyed(tmp_path)
    (tmp_path / "ledger.db").rename(tmp_path / name)
    copied = [] if name == "ledger.db" else ["--copy", str(tmp_path / name)]
    done = command(tmp_path, url, *PERIOD, *copied, "--report", str(tmp_path / "report.json"))
    assert done.returncode == 0, done.stderr
    assert f"sealed by {key.name}" in done.stderr
    told = json.loads((tmp_path / "report.json").read_bytes())
    assert unsealed(told, told["seal"], [key]) is None


def test_without_a_key_the_report_is_not_sealed_and_none_is_made(tmp_path: Path, url: str) -> None:
    done = command(tmp_path, url, *PERIOD)
    assert done.returncode == 0, done.stderr
    assert SimulationReport.model_validate_json(done.stdout).seal is None
    assert "not sealed, ask again" in done.stderr
    assert not (tmp_path / "keys" / "log").exists()


def test_the_key_of_another_log_seals_nothing(tmp_path: Path, url: str) -> None:
    """A copy from elsewhere is simulated and not vouched for."""
    (hand,) = KeyFolder(tmp_path / "keys" / "log", "urn:uuid:another").open()
    done = command(tmp_path, url, *PERIOD, "--copy", str(tmp_path / "ledger.db"))
    assert SimulationReport.model_validate_json(done.stdout).seal is None
    assert f"is of {hand.key.name}" in " ".join(done.stderr.split())


def test_a_log_that_was_put_back_is_not_vouched_for(tmp_path: Path, url: str) -> None:
    """More of it was signed than it holds."""
    key = keyed(tmp_path)
    log = open_sqlite_log(tmp_path / "ledger.db", utc_now, TABLES)
    size = log.head().position + 1
    log.close()
    hand = KeyFolder(tmp_path / "keys" / "log", key.name).open()
    (tmp_path / "last-signed").write_bytes(sign(Checkpoint(key.name, size, bytes(32)), hand))
    done = command(tmp_path, url, *PERIOD)
    assert SimulationReport.model_validate_json(done.stdout).seal is None
    assert f"{size} leaves were signed" in " ".join(done.stderr.split())
