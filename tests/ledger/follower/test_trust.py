"""Given that what the ledger keeps of the cases log's keys is damaged, then following stops, and a code says why."""

import threading
from contextlib import closing
from pathlib import Path

import pytest

from services.ledger.lastaccepted import LastAccepted
from services.ledger.tables import CASES, GROWN, TRUSTED
from shared.kit.log.model import Append
from shared.kit.log.rows import Put, Remove
from shared.kit.placing import place
from tests.ledger.follower.test_watching import alarm_of, followed, over
from tests.support.audit import signer
from tests.support.decisions import Decisions
from tests.support.following import Following
from tests.support.past import Past


@pytest.mark.parametrize(
    ("column", "damage"),
    [
        ("keys", "noise\n"),
        ("keys", f"{signer(7, 'urn:uuid:9').key}\n"),
        ("keys", ""),
        ("keys", None),
        ("note", b"noise"),
        ("note", b"\xff"),
    ],
)
def test_what_is_kept_and_is_damaged_stops_following_with_a_code(
    tmp_path: Path, column: str, damage: str | bytes | None
) -> None:
    """Nothing is trusted anew in its place."""
    past = Past(tmp_path)
    cases = past.open()
    with closing(cases.log):
        cases.ordinary("s-1")
        ledger = followed(past, cases)
        row = ledger.log.get(TRUSTED, CASES)
        assert row is not None
        ledger.log.append(Append(rows=lambda _: [Put(TRUSTED, {**row, column: damage})]))
        restarted = over(cases, ledger)
        restarted.follower.run(threading.Event())
    assert restarted.follower.status.state == "alarmed"
    assert restarted.follower.status.reason.startswith("trust_damaged at cases position 1: ")


def kept_outside(cases: Decisions, folder: Path, before: Following | None = None) -> Following:
    """Return a ledger that keeps what it accepts in a file too, or that ledger started again, before this log."""
    return Following(cases, cases.clock, before.log if before else None, accepted=folder / "last-accepted")


def forget(ledger: Following) -> None:
    """Take out of the database what it knows of the cases log's tree."""
    for table in (GROWN, TRUSTED):
        ledger.log.append(Append(rows=lambda _, table=table: [Remove(table, (CASES,))]))  # type: ignore[misc]


def test_a_log_put_back_is_found_out_though_the_rows_about_it_are_gone(tmp_path: Path) -> None:
    """And the true log goes on being followed: the rows are written again."""
    past = Past(tmp_path)
    cases = past.open()
    cases.ordinary("s-1")
    past.copy(cases)
    cases = past.open()
    cases.ordinary("s-1")
    ledger = kept_outside(cases, tmp_path)
    ledger.catch_up()
    ledger.watching.look()
    row = ledger.log.get(TRUSTED, CASES)
    split = past.open("copy")
    for _ in range(4):
        split.ordinary("s-2")
    forget(ledger)
    assert alarm_of(kept_outside(split, tmp_path, ledger)).code == "log_split"
    forget(ledger)
    again = kept_outside(cases, tmp_path, ledger)
    again.watching.look()
    assert (again.log.get(TRUSTED, CASES), LastAccepted(tmp_path / "last-accepted").load()) == (row, row)
    assert again.watching.size == 2
    for one in (cases, split):
        one.log.close()


def test_a_ledger_put_back_demands_what_it_had_accepted(tmp_path: Path) -> None:
    """Given a row that is older than the file, then the file counts; given a newer one, that does."""
    past = Past(tmp_path)
    cases = past.open()
    with closing(cases.log):
        cases.ordinary("s-1")
        ledger = kept_outside(cases, tmp_path)
        ledger.catch_up()
        ledger.watching.look()
        older, file = ledger.log.get(TRUSTED, CASES), tmp_path / "last-accepted"
        assert older is not None
        held = file.read_bytes()
        cases.ordinary("s-1")
        again = kept_outside(cases, tmp_path, ledger)
        again.watching.look()
        assert file.read_bytes() != held
        newer = again.log.get(TRUSTED, CASES)
        for row, content in ((older, file.read_bytes()), (newer, held)):
            ledger.log.append(Append(rows=lambda _, row=row: [Put(TRUSTED, row)]))  # type: ignore[misc]
            place(file, content)
            restarted = kept_outside(cases, tmp_path, ledger)
            restarted.watching.look()
            assert ledger.log.get(TRUSTED, CASES) == LastAccepted(file).load() == newer


@pytest.mark.parametrize("damage", [b"", b"noise", b'{"given":"","keys":"","note":""}', b'{"keys":"","note":""}'])
def test_a_damaged_file_is_no_reason_to_trust_anew(tmp_path: Path, damage: bytes) -> None:
    past = Past(tmp_path)
    cases = past.open()
    with closing(cases.log):
        cases.ordinary("s-1")
        ledger = kept_outside(cases, tmp_path)
        ledger.catch_up()
        ledger.watching.look()
        place(tmp_path / "last-accepted", damage)
        assert alarm_of(kept_outside(cases, tmp_path, ledger)).code == "trust_damaged"


def test_a_file_that_cannot_be_written_stops_no_following(tmp_path: Path) -> None:
    """The row is kept as before."""
    (tmp_path / "nowhere").symlink_to(tmp_path / "gone")
    past = Past(tmp_path)
    cases = past.open()
    with closing(cases.log):
        cases.ordinary("s-1")
        ledger = kept_outside(cases, tmp_path / "nowhere")
        ledger.catch_up()
        ledger.watching.look()
        assert ledger.watching.size == 1
        assert ledger.log.get(TRUSTED, CASES) is not None
