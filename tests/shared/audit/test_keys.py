"""Keys: made once and for their owner alone, several while one follows another, or held by somebody else."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.keyfolder import KNOWN_FILE, KeyFolder, KeysUnusable
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.opening import open_witness
from shared.kit.audit.signer import SignerUnavailable, SocketSigner
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.witness import Witness
from shared.kit.log.memory import open_memory_log
from shared.kit.settings import ServiceSettings
from tests.support.agents import agent
from tests.support.audit import ORIGIN, opened, signer
from tests.support.audit_fuzz import ROOT
from tests.support.logs import StandingClock

HEAD = Checkpoint(ORIGIN, 300, ROOT)


def secrets(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.key"))


def test_the_first_start_makes_one_key_for_its_owner_alone(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path / "keys", ORIGIN)
    assert keys.known() == []
    (made,) = keys.open()
    (secret,) = secrets(tmp_path / "keys")
    assert (secret.name, stat.S_IMODE(secret.stat().st_mode)) == (f"{made.key.id:08x}.key", 0o600)
    assert (tmp_path / "keys" / KNOWN_FILE).read_text() == f"{made.key}\n"
    assert keys.open() == KeyFolder(tmp_path / "keys", ORIGIN).open() == [made]
    assert secret.read_text().split("+")[-1].strip() not in repr(made)


def test_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starts:
        keys = list(starts.map(lambda _: KeyFolder(tmp_path, ORIGIN).open()[0].key, range(8)))
    assert len(set(keys)) == 1
    assert KeyFolder(tmp_path, ORIGIN).known() == keys[:1]


def test_a_new_key_signs_beside_the_old_one_until_that_is_retired(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path, ORIGIN)
    (old,) = keys.open()
    before = sign(HEAD, keys.open())
    new = keys.rotate()
    assert [one.key for one in keys.open()] == [old.key, new]
    during = sign(HEAD, keys.open())
    keys.retire(old.key.id)
    assert [one.key for one in keys.open()] == [new]
    after = sign(HEAD, keys.open())
    assert [opened(raw, [old.key]) is not None for raw in (before, during, after)] == [True, True, False]
    assert [opened(raw, [new]) is not None for raw in (before, during, after)] == [False, True, True]
    assert all(opened(raw, keys.known()) == HEAD for raw in (before, during, after))


def test_the_only_key_and_a_strange_one_are_not_retired(tmp_path: Path) -> None:
    keys = KeyFolder(tmp_path, ORIGIN)
    (only,) = keys.open()
    with pytest.raises(KeysUnusable, match="rotate first"):
        keys.retire(only.key.id)
    keys.rotate()
    with pytest.raises(KeysUnusable, match="is one of at least two"):
        keys.retire(only.key.id ^ 1)
    assert len(keys.open()) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601, 0o644])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    KeyFolder(tmp_path, ORIGIN).open()
    secrets(tmp_path)[0].chmod(mode)
    with pytest.raises(KeysUnusable, match="chmod 600"):
        KeyFolder(tmp_path, ORIGIN).open()


@pytest.mark.parametrize("damage", [b"", b"\xff", b"PRIVATE+KEY+x", b"0"])
def test_a_damaged_key_is_refused_and_not_replaced(tmp_path: Path, damage: bytes) -> None:
    KeyFolder(tmp_path, ORIGIN).open()
    (secret,) = secrets(tmp_path)
    secret.write_bytes(damage)
    with pytest.raises(KeysUnusable, match="is one signing key"):
        KeyFolder(tmp_path, ORIGIN).open()
    assert secret.read_bytes() == damage


def test_a_lost_key_is_not_made_up_for(tmp_path: Path) -> None:
    KeyFolder(tmp_path, ORIGIN).open()
    secrets(tmp_path)[0].unlink()
    with pytest.raises(KeysUnusable, match="put one back"):
        KeyFolder(tmp_path, ORIGIN).open()
    assert secrets(tmp_path) == []


def test_a_start_that_ended_between_key_and_list_goes_on(tmp_path: Path) -> None:
    (made,) = KeyFolder(tmp_path, ORIGIN).open()
    (tmp_path / KNOWN_FILE).unlink()
    assert KeyFolder(tmp_path, ORIGIN).open() == [made]
    assert KeyFolder(tmp_path, ORIGIN).known() == [made.key]


def test_keys_of_another_log_are_refused(tmp_path: Path) -> None:
    KeyFolder(tmp_path, "urn:uuid:0").open()
    with pytest.raises(KeysUnusable, match="keys of this log are named"):
        KeyFolder(tmp_path, ORIGIN).open()
    (tmp_path / KNOWN_FILE).write_text("noise\n")
    with pytest.raises(KeysUnusable, match="one verifier key a line"):
        KeyFolder(tmp_path, "urn:uuid:0").known()


def test_somebody_else_may_hold_the_key(tmp_path: Path) -> None:
    holder, path = signer(1), tmp_path / "agent"
    with agent(path, holder.sign):
        assert opened(sign(HEAD, [SocketSigner(holder.key, path), signer(2)]), [holder.key]) == HEAD


ANSWERS: dict[str, Callable[[bytes], bytes | None]] = {
    "nothing": lambda _: b"",
    "zeros": lambda _: bytes(64),
    "another key's": signer(2).sign,
    "too much": lambda text: signer(1).sign(text) + b"!",
    "silence": lambda _: None,
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_that_is_no_signature_is_never_given_out(
    tmp_path: Path, answer: Callable[[bytes], bytes | None]
) -> None:
    path = tmp_path / "agent"
    with agent(path, answer), pytest.raises(SignerUnavailable):
        sign(HEAD, [SocketSigner(signer(1).key, path, answer_s=0.2)])


def test_an_answer_that_drips_has_one_deadline_in_all(tmp_path: Path) -> None:
    """However quickly each byte of it comes."""
    path = tmp_path / "agent"
    began = monotonic()
    with agent(path, signer(1).sign, drip_s=0.1), pytest.raises(SignerUnavailable, match="timed out"):
        sign(HEAD, [SocketSigner(signer(1).key, path, answer_s=0.3)])
    assert monotonic() - began < 3  # 64 bytes take more than six


def test_nobody_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SignerUnavailable, match="does not answer"):
        sign(HEAD, [SocketSigner(signer(1).key, tmp_path / "nobody")])
    assert not issubclass(SignerUnavailable, NoteRefused)


def settings(folder: Path, **more: Path) -> ServiceSettings:
    return ServiceSettings(data_dir=folder / "data", **more)  # type: ignore[arg-type]  # each a path


def signed_by(witness: Witness, *keys: VerifierKey) -> list[bool]:
    note = witness.checkpoint().note
    return [opened(note, [key], key.name) is not None for key in keys]


def test_a_log_may_be_signed_by_somebody_else_alone_or_beside_its_own_keys(tmp_path: Path) -> None:
    """Own key, both, the other alone: each start knows what the one before signed."""
    log = open_memory_log(StandingClock())
    holder, path, file = signer(1, log.id), tmp_path / "agent", tmp_path / "vkey"
    file.write_text(f"{holder.key}\n")
    elsewhere = {"signer_socket": path, "signer_key": file}
    own = open_witness(settings(tmp_path), log)
    (key,) = own.known()
    assert signed_by(own, key, holder.key) == [True, False]
    with agent(path, holder.sign):
        both = open_witness(settings(tmp_path, **elsewhere), log)
        assert signed_by(both, key, holder.key) == [True, True]
        KeyFolder(tmp_path / "data" / "keys" / "log", log.id).retire(key.id, holder)
        alone = open_witness(settings(tmp_path, **elsewhere), log)
        assert signed_by(alone, key, holder.key) == [False, True]
    assert alone.known() == [key, holder.key]
    with pytest.raises(KeysUnusable, match="put one back"):
        open_witness(settings(tmp_path), log)


def test_a_first_start_with_a_signer_elsewhere_makes_no_key(tmp_path: Path) -> None:
    log = open_memory_log(StandingClock())
    holder, path, file = signer(1, log.id), tmp_path / "agent", tmp_path / "vkey"
    file.write_text(f"{holder.key}\n")
    with agent(path, holder.sign):
        witness = open_witness(settings(tmp_path, signer_socket=path, signer_key=file), log)
        assert signed_by(witness, holder.key) == [True]
    assert secrets(tmp_path / "data" / "keys" / "log") == []
    witness.look()
    assert witness.receipts([]) == []


@pytest.mark.parametrize("content", [b"", b"noise\n", b"\xff", None])
def test_a_file_of_keys_that_holds_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "vkey").write_bytes(content)
    given = settings(tmp_path, signer_socket=tmp_path / "agent", signer_key=tmp_path / "vkey")
    with pytest.raises(KeysUnusable, match="vkey would have to hold"):
        open_witness(given, open_memory_log(StandingClock()))


def test_a_key_of_another_log_does_not_sign_for_this_one(tmp_path: Path) -> None:
    (tmp_path / "vkey").write_text(f"{signer(1, 'urn:uuid:9').key}\n")
    given = settings(tmp_path, signer_socket=tmp_path / "agent", signer_key=tmp_path / "vkey")
    with pytest.raises(KeysUnusable, match="the keys of this log are named"):
        open_witness(given, open_memory_log(StandingClock()))


def test_a_signer_elsewhere_is_named_by_both_or_not_at_all(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="named by both"):
        settings(tmp_path, signer_socket=tmp_path / "agent")
