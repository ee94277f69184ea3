"""A backup that commands look into stays a backup: nothing in its folder changes, and it can be restored."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cases import backup as cases_backup
from services.cases.__main__ import app as cases_app
from services.cases.settings import Settings as CasesSettings
from services.ledger import backup as ledger_backup
from services.ledger.__main__ import app as ledger_app
from services.ledger.settings import Settings as LedgerSettings
from tests.support.both_services import both_services
from tests.support.drafts import HALVED, draft

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PERIOD = ("--from", "2026-01-01T00:00:00Z", "--until", "2027-01-01T00:00:00Z")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of two services that run, a backup of each, and a candidate."""
    folder = tmp_path_factory.mktemp("copies")
    with both_services(folder) as both:
        both.upheld()
        both.standing("s-1")
        cases_backup.make(CasesSettings(data_dir=folder / "cases"), folder / "cases-copy", NOW)
        ledger_backup.make(LedgerSettings(data_dir=folder / "ledger"), folder / "ledger-copy", NOW)
        (folder / "candidate.toml").write_text(draft(HALVED), "utf-8")
        (folder / "url").write_text(str(both.cases.http.base_url).rstrip("/"))
        yield folder


def settings(folder: Path) -> dict[str, str]:
    """Return the environment of the ledger's commands."""
    return {
        "LEDGER_DATA_DIR": str(folder / "ledger"),
        "LEDGER_CASES_URL": (folder / "url").read_text(),
        "LEDGER_TOKEN_FILE": str(folder / "keys" / "follower.token"),
    }


def content(folder: Path) -> dict[str, str]:
    """Return the digest of every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.mark.parametrize("name", ["simulate", "export", "verify", "replay"])
def test_what_reads_a_copy_of_the_ledger_leaves_it_as_it_was(played: Path, tmp_path: Path, name: str) -> None:
    copy = played / "ledger-copy"
    file, cases = str(copy / "ledger.db"), str(played / "cases-copy" / "cases.db")
    words = {
        "simulate": [str(played / "candidate.toml"), *PERIOD, "--copy", file],
        "export": ["standings", str(tmp_path / "out.ndjson"), "--from", file],
        "verify": ["--copy", file],
        "replay": ["--cases", cases, "--ledger", file],
    }
    before = content(copy), content(played / "cases-copy")
    done = CliRunner().invoke(ledger_app, [name, *words[name]], env=settings(played))
    assert done.exit_code == 0, done.output
    assert (content(copy), content(played / "cases-copy")) == before
    ledger_backup.restore(LedgerSettings(data_dir=tmp_path / "restored"), copy)


@pytest.mark.parametrize("words", [["recall", "explain", "no-such-recall"], ["verify", "--copy", "cases.db"]])
def test_what_reads_a_copy_of_the_cases_leaves_it_as_it_was(played: Path, tmp_path: Path, words: list[str]) -> None:
    copy = played / "cases-copy"
    given = [str(copy / word) if word.endswith(".db") else word for word in words]
    before = content(copy)
    done = CliRunner().invoke(cases_app, given, env={"CASES_DATA_DIR": str(copy)})
    assert done.exit_code == (1 if words[0] == "recall" else 0), done.output
    assert content(copy) == before
    cases_backup.restore(CasesSettings(data_dir=tmp_path / "restored"), copy)


def test_the_same_commands_read_beside_a_service_that_runs(played: Path, tmp_path: Path) -> None:
    """They hold no lock: what they only read, they take from nobody."""
    env = settings(played)
    done = CliRunner().invoke(ledger_app, ["export", "entries", str(tmp_path / "out.ndjson")], env=env)
    assert done.exit_code == 0, done.output
    done = CliRunner().invoke(ledger_app, ["simulate", str(played / "candidate.toml"), *PERIOD], env=env)
    assert done.exit_code == 0, done.output
    assert "sealed by urn:uuid:" in done.stderr
    done = CliRunner().invoke(cases_app, ["recall", "explain", "r"], env={"CASES_DATA_DIR": str(played / "cases")})
    assert done.exit_code == 1
    assert "the log knows no recall of this id\n" in done.stderr  # the services of this process may log there, too


def test_a_file_that_is_no_log_is_named(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"")
    words = ["export", "entries", str(tmp_path / "out.ndjson"), "--from", str(tmp_path / "other.db")]
    done = CliRunner().invoke(ledger_app, words, env={"LEDGER_DATA_DIR": str(tmp_path)})
    assert (done.exit_code, done.stdout) == (2, "")
    assert "would have to hold a log of version 2" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["other.db"]
