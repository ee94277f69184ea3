"""The vault: texts come back to who has the key, and to nobody else."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from services.cases.casekey import CaseKey, SealBroken
from services.cases.masterkey import VaultLocked
from services.cases.vault import UnknownCase, Vault, VaultUnavailable

SECRET = "打电话骂我的号码是 13800138000"


def vault(folder: Path) -> Vault:
    """Open the vault of a folder."""
    return Vault(folder / "vault.db", folder / "keys" / "vault.key")


def kept(opened: Vault, case_id: str = "case-1", text: str = SECRET, by: str = "request-1") -> str:
    """Keep a narrative in a new case and return its digest."""
    key = opened.new_case(case_id)
    digest = key.digest("narrative", text)
    opened.keep(key, {digest: text}, written_by=by, at_us=1000)
    return digest


def test_a_text_comes_back_by_its_digest_after_a_restart(tmp_path: Path) -> None:
    first = vault(tmp_path)
    digest = kept(first)
    first.close()
    again = vault(tmp_path)
    assert again.texts("case-1") == {digest: SECRET}
    again.close()


def test_no_file_of_the_vault_holds_the_text_or_a_key(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    kept(opened)
    secret = opened.case("case-1").secret
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"vault.db", "vault.db-wal", "vault.key"}
    for path in files:
        content = path.read_bytes()
        assert SECRET.encode() not in content
        assert b"13800138000" not in content
        assert secret not in content
    opened.close()


def test_the_key_file_is_its_owners_alone_and_stays_the_same(tmp_path: Path) -> None:
    vault(tmp_path).close()
    file = tmp_path / "keys" / "vault.key"
    made = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    vault(tmp_path).close()
    assert file.read_bytes() == made


def test_digests_differ_by_case_purpose_and_text(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    one, other = opened.new_case("case-1"), opened.new_case("case-2")
    digests = {
        one.digest("contact", "13800138000"),
        one.digest("contact", "13800138001"),
        one.digest("narrative", "13800138000"),
        other.digest("contact", "13800138000"),
    }
    assert len(digests) == 4
    assert one.digest("contact", "13800138000") in digests
    opened.close()


def test_a_case_that_was_never_kept_is_unknown(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    opened.new_case("case-1")
    with pytest.raises(UnknownCase):
        opened.case("case-1")
    assert opened.texts("case-1") == {}
    opened.close()


def test_a_request_takes_back_only_its_own(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    digest = kept(opened, by="request-1")
    key = opened.case("case-1")
    other = key.digest("reason", "other")
    opened.keep(key, {digest: SECRET, other: "other"}, written_by="request-2", at_us=2000)
    opened.take_back("case-1", written_by="request-2")
    assert opened.texts("case-1") == {digest: SECRET}
    opened.close()


def test_a_forgotten_case_leaves_nothing_behind(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    kept(opened, "case-1")
    digest = kept(opened, "case-2")
    opened.forget("case-1")
    assert opened.texts("case-1") == {}
    assert opened.texts("case-2") == {digest: SECRET}
    assert opened.cases_made_before(2000) == ["case-2"]
    assert opened.cases_made_before(1000) == []
    opened.close()


def test_a_text_of_a_case_that_was_forgotten_is_not_taken(tmp_path: Path) -> None:
    """Whoever had the key in hand does not bring it back."""
    opened = vault(tmp_path)
    kept(opened)
    key = opened.case("case-1")
    opened.forget("case-1")
    with pytest.raises(UnknownCase):
        opened.keep(key, {"digest": SECRET}, written_by="request-2")
    assert opened.texts("case-1") == {}
    assert opened.cases_made_before(2000) == []
    opened.close()


def test_nothing_sealed_of_a_forgotten_case_is_left_in_the_files(tmp_path: Path) -> None:
    """Texts of every size, written in turns, so that pages are split and chained before half of it goes."""
    opened, random = vault(tmp_path), Random(20260301)
    keys = [opened.new_case(f"case-{number}") for number in range(40)]
    for turn in range(10):
        for key in random.sample(keys, len(keys)):
            text = random.choice("天地玄黄") * random.choice([1, 20, 90, 300, 1200, 3000])
            opened.keep(key, {key.digest("reason", f"{turn}{text}"): text}, written_by=f"r-{turn}", at_us=1000)
    gone, stay = keys[::2], keys[1::2]
    before, kept_of_others = sealed_of(tmp_path, gone), sealed_of(tmp_path, stay)
    for key in gone:
        opened.forget(key.case_id)
    opened.scrub()
    assert (tmp_path / "vault.db-wal").read_bytes() == b""
    content = (tmp_path / "vault.db").read_bytes()
    assert [
        one for one in before if any(one[at : at + 16] in content for at in (0, len(one) // 2, len(one) - 16))
    ] == []
    assert all(one[:16] in content for one in kept_of_others)
    opened.close()


def test_the_space_of_what_was_forgotten_can_be_given_back(tmp_path: Path) -> None:
    """As docs/operations.md says, on a stopped service; nobody else loses anything."""
    opened = vault(tmp_path)
    for number in range(20):
        kept(opened, f"case-{number}", f"{SECRET} {number}" * 100)
    for number in range(0, 20, 2):
        opened.forget(f"case-{number}")
    opened.close()
    size = (tmp_path / "vault.db").stat().st_size
    with closing(sqlite3.connect(tmp_path / "vault.db")) as other:
        other.executescript("DELETE FROM texts WHERE sealed = zeroblob(length(sealed)); VACUUM")
    assert (tmp_path / "vault.db").stat().st_size < size
    again = vault(tmp_path)
    assert [len(again.texts(f"case-{number}")) for number in range(4)] == [0, 1, 0, 1]
    with pytest.raises(UnknownCase):
        again.case("case-0")
    again.close()


def test_a_vault_of_another_version_is_not_opened(tmp_path: Path) -> None:
    vault(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "vault.db")) as other:
        other.execute("PRAGMA user_version = 1")
    with pytest.raises(VaultUnavailable):
        vault(tmp_path)


def sealed_of(folder: Path, keys: list[CaseKey]) -> list[bytes]:
    """Return what stands of these cases in the database: wrapped keys and sealed texts."""
    with closing(sqlite3.connect(folder / "vault.db")) as other:
        rows = [
            row
            for key in keys
            for row in (
                *other.execute("SELECT wrapped FROM keys WHERE name = ?", (f"case:{key.case_id}",)),
                *other.execute("SELECT sealed FROM texts WHERE case_id = ?", (key.case_id,)),
            )
        ]
    assert len(rows) == 11 * len(keys)
    return [one for (one,) in rows]


def test_the_write_ahead_log_is_not_scrubbed_while_somebody_reads_an_older_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cases.vaultfile._SCRUB_PAUSE_S", 0)
    opened = vault(tmp_path)
    kept(opened)
    with closing(sqlite3.connect(tmp_path / "vault.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM texts").fetchall()
        opened.forget("case-1")
        with pytest.raises(VaultUnavailable):
            opened.scrub()
        kept(opened, "case-2")  # and nobody else is kept waiting
    opened.scrub()
    assert (tmp_path / "vault.db-wal").read_bytes() == b""
    opened.close()


def test_a_service_key_is_made_once(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    key = opened.service_key("idempotency", 1)
    assert opened.service_key("other", 1) != key
    opened.close()
    again = vault(tmp_path)
    assert again.service_key("idempotency", 2) == key
    again.close()


def test_the_vault_stays_shut_without_its_key_file(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    kept(opened)
    opened.close()
    (tmp_path / "keys" / "vault.key").unlink()
    with pytest.raises(VaultLocked):
        vault(tmp_path)
    assert not (tmp_path / "keys" / "vault.key").exists()


def test_the_vault_stays_shut_to_another_key(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    kept(opened)
    opened.close()
    (tmp_path / "keys" / "vault.key").unlink()
    vault(tmp_path / "other").close()
    (tmp_path / "other" / "keys" / "vault.key").rename(tmp_path / "keys" / "vault.key")
    with pytest.raises(VaultLocked):
        vault(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", '{"id": "k", "key": "00"}', '{"id": "k", "key": "no"}', '{"key": "00"}'])
def test_a_damaged_key_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "vault.key").write_text(content)
    with pytest.raises(VaultLocked):
        vault(tmp_path)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE texts SET sealed = randomblob(60)",
        "UPDATE texts SET digest = 'another'",
        "UPDATE texts SET sealed = (SELECT sealed FROM texts WHERE case_id = 'case-2') WHERE case_id = 'case-1'",
    ],
)
def test_a_text_that_was_changed_or_moved_is_refused(tmp_path: Path, statement: str) -> None:
    opened = vault(tmp_path)
    kept(opened, "case-1")
    kept(opened, "case-2")
    with sqlite3.connect(tmp_path / "vault.db") as other:
        other.execute(statement)
    other.close()
    with pytest.raises(SealBroken):
        opened.texts("case-1")
    opened.close()


def test_a_key_moved_to_another_case_is_refused(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    kept(opened, "case-1")
    with sqlite3.connect(tmp_path / "vault.db") as other:
        other.execute("UPDATE keys SET name = 'case:case-9' WHERE name = 'case:case-1'")
    other.close()
    with pytest.raises(VaultLocked):
        opened.case("case-9")
    opened.close()


def test_a_closed_vault_is_unavailable_and_says_nothing_of_what_it_holds(tmp_path: Path) -> None:
    opened = vault(tmp_path)
    kept(opened)
    assert opened.healthy()
    opened.close()
    assert not opened.healthy()
    with pytest.raises(VaultUnavailable) as told:
        opened.texts("case-1")
    assert "138" not in str(told.value)
