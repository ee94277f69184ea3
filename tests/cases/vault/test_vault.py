"""The vault: texts come back to who has the key, and to nobody else."""

import sqlite3
import stat
from pathlib import Path

import pytest

from services.cases.casekey import SealBroken
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
        "UPDATE texts SET sealed = zeroblob(60)",
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
