"""`verify` as an operator runs it: one report, one exit status, nothing written."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from services.ledger.lastaccepted import LastAccepted
from services.ledger.tables import TABLES, TRUSTED
from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.keyfolder import KeyFolder
from shared.kit.audit.lastsigned import LastSigned
from shared.kit.audit.opening import LAST_SIGNED
from shared.kit.audit.signer import LocalSigner
from shared.kit.log.merkle import root
from shared.kit.verifying.openfile import raw_file
from tests.support.audit import signer as signer_of
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.tree import ROOT


def verify(*arguments: str, service: str = "ledger", **environment: str) -> tuple[int, str, str]:
    """Run it; return status and what was said."""
    command = [sys.executable, "-m", f"services.{service}", "verify", *arguments]
    given = {**os.environ, **environment}
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def ledger(folder: Path) -> tuple[Victim, Checkpoint]:
    """Return a ledger's file with some history, and its tree as it could be signed."""
    victim, cases = Victim("sqlite", TABLES, folder), Decisions()
    with victim.log() as log:
        following = Following(cases, cases.clock, log)
        for number in range(5):
            cases.ordinary("s-1", at=FIRST + number * DAY)
        following.catch_up()
        following.watching.look()
        head = log.head()
        return victim, Checkpoint(log.id, head.position, root(head.frontier))


def test_a_copy_is_verified_against_itself_and_a_saved_checkpoint(tmp_path: Path) -> None:
    """Status 0 and a report; then 1, with the position of what was changed."""
    victim, checkpoint = ledger(tmp_path)
    signer: LocalSigner = signer_of(1, checkpoint.origin)
    saved = tmp_path / "checkpoint"
    saved.write_bytes(sign(checkpoint, [signer]))
    given = ["--copy", str(victim.path), "--checkpoint", str(saved), "--key", str(signer.key)]
    before = victim.path.read_bytes()
    status, said, _ = verify(*given)
    assert (status, said.splitlines()[-1]) == (0, "verified: nothing was changed")
    assert victim.path.read_bytes() == before
    with victim.changed() as execute:
        execute("UPDATE stored_events SET subject = 's-2' WHERE {at} = 3")
    status, said, _ = verify(*given, "--json")
    report = json.loads(said)
    assert (status, report["position"], report["checkpoints"]) == (1, checkpoint.size, [checkpoint.size])
    assert [(one["table"], one["column"], one["position"]) for one in report["told"]] == [
        ("stored_events", "subject", 3)
    ]


def test_an_older_log_is_found_by_what_the_service_signed_last(tmp_path: Path) -> None:
    """It lies beside the database; a copy is not asked for it."""
    victim, checkpoint = ledger(tmp_path)
    victim.path.rename(tmp_path / "ledger.db")
    here = {"LEDGER_DATA_DIR": str(tmp_path)}
    signers = KeyFolder(tmp_path / "keys" / "log", checkpoint.origin).open()
    last = LastSigned(tmp_path / LAST_SIGNED)
    last.keep(sign(checkpoint, signers))
    assert verify(**here)[0] == 0
    last.keep(sign(Checkpoint(checkpoint.origin, checkpoint.size + 1, checkpoint.root), signers))
    status, said, _ = verify("--json", **here)
    (found,) = json.loads(said)["told"]
    assert (status, found["position"]) == (1, checkpoint.size + 1)
    told = [line for line in verify(**here)[1].splitlines() if "signed" in line or "difference" in line]
    assert told == [
        f"position {checkpoint.size + 1}: stored_events: {checkpoint.size + 1} events were signed, the log has "
        f"{checkpoint.size}: its end is missing",
        "1 difference",
    ]
    assert verify("--copy", str(tmp_path / "ledger.db"), **here)[0] == 0


def test_all_keys_that_a_log_ever_had_can_be_given(tmp_path: Path) -> None:
    """As `verifier-keys` has them, one a line; one that is none is named, and the checkpoint not blamed."""
    victim, checkpoint = ledger(tmp_path)
    old, new = signer_of(1, checkpoint.origin), signer_of(2, checkpoint.origin)
    saved = tmp_path / "checkpoint"
    saved.write_bytes(sign(checkpoint, [new]))
    given = ["--copy", str(victim.path), "--checkpoint", str(saved)]
    for keys in ([f"{old.key}\n{new.key}"], [f"{old.key}\n{new.key}", str(new.key)]):
        assert verify(*given, *(word for key in keys for word in ("--key", key)))[0] == 0
    status, said, why = verify(*given, "--key", f"{old.key}\nnonsense")
    assert (status, said) == (2, "")
    assert why.startswith("cannot verify: --key: line 2 would have to be a verifier key: ")
    assert "checkpoint:" not in why


def test_what_is_of_another_log_is_not_called_changed(tmp_path: Path) -> None:
    """A checkpoint of another log; a log of the other service. Unless somebody gave the log another name."""
    victim, checkpoint = ledger(tmp_path)
    other, signer = signer_of(1, "urn:uuid:other"), signer_of(1, checkpoint.origin)
    (tmp_path / "other").write_bytes(sign(Checkpoint(other.key.name, 3, bytes(32)), [other]))
    given = ["--copy", str(victim.path), "--checkpoint", str(tmp_path / "other"), "--key", str(other.key)]
    status, said, why = verify(*given)
    assert (status, said) == (2, "")
    assert f"is of another log, urn:uuid:other: this one is {checkpoint.origin}" in why
    status, said, why = verify("--copy", str(victim.path), service="cases")
    assert (status, said) == (2, "")
    assert "the log would have to be of this service" in why
    (tmp_path / "own").write_bytes(sign(checkpoint, [signer]))
    given = ["--copy", str(victim.path), "--checkpoint", str(tmp_path / "own"), "--key", str(signer.key)]
    with victim.changed() as execute:
        execute("UPDATE log_identity SET log_id = 'urn:uuid:other'")
    status, said, _ = verify(*given)
    assert status == 1
    assert "what was signed is of" in said


def test_rows_that_are_gone_are_found_by_what_was_accepted_outside_the_database(tmp_path: Path) -> None:
    """A copy is not asked for it; a damaged file is said in one line."""
    victim, _ = ledger(tmp_path)
    victim.path.rename(tmp_path / "ledger.db")
    here, kept = {"LEDGER_DATA_DIR": str(tmp_path)}, LastAccepted(tmp_path / "last-accepted")
    with raw_file(tmp_path / "ledger.db") as raw:
        (row,) = raw.rows(TRUSTED)
    kept.keep(row)
    assert verify(**here)[0] == 0
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as file:
        file.execute("DELETE FROM trusted")
        file.commit()
    status, said, _ = verify("--json", **here)
    assert (status, [one["table"] for one in json.loads(said)["told"]]) == (1, ["trusted"])
    assert verify("--copy", str(tmp_path / "ledger.db"), **here)[0] == 0
    (tmp_path / "last-accepted").write_bytes(b"noise")
    status, said, why = verify(**here)
    assert (status, said, why) == (2, "", "cannot verify: last-accepted would have to hold keys and a note\n")


def test_what_cannot_be_compared_with_is_said_in_one_line(tmp_path: Path) -> None:
    """A checkpoint without a key, of another key, or none; a file that is no log."""
    victim, checkpoint = ledger(tmp_path)
    saved = tmp_path / "checkpoint"
    saved.write_bytes(sign(checkpoint, [signer_of(1, checkpoint.origin)]))
    stranger = str(signer_of(2, "urn:uuid:stranger").key)
    (tmp_path / "noise").write_bytes(b"noise")
    copy = ["--copy", str(victim.path)]
    for arguments in (
        [*copy, "--checkpoint", str(saved)],
        [*copy, "--key", stranger],
        [*copy, "--checkpoint", str(saved), "--key", stranger],
        [*copy, "--checkpoint", str(tmp_path / "noise"), "--key", stranger],
        ["--copy", str(tmp_path / "noise")],
    ):
        status, said, why = verify(*arguments)
        assert (status, said) == (2, ""), arguments
        assert why.startswith("cannot verify: ")
        assert why.count("\n") == 1
