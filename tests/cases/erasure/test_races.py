"""Whoever writes to a case while its personal data is destroyed: nothing personal comes back with it."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cases.domain import commands as c
from services.cases.erasures import Erasures
from services.cases.evidence import EvidenceStore
from services.cases.refusals import Refused
from services.cases.request import Pen
from services.cases.submissions import Submissions
from services.cases.vault import UnknownCase, Vault
from tests.support.cases_service import HandClock, cases_service
from tests.support.cases_told import Teller, told
from tests.support.cases_writer import Writer, writer
from tests.support.personal import WORDS, Traces, traces


@pytest.fixture
def final(tmp_path: Path) -> Iterator[tuple[Writer, Teller, Traces]]:
    """A case that is final and kept long enough."""
    one = writer(tmp_path)
    teller, _ = told(one)
    one.clock.move(days=4 * 365)
    yield one, teller, traces(tmp_path, teller.case)
    one.close()


def erase(teller: Teller) -> None:
    """Erase the case."""
    Erasures(teller.one.cases, teller.one.store).erase(teller.one.request(teller.case))


def refused_as_erased(teller: Teller) -> None:
    """Propose a revocation, with a reason; demand that the case says it is closed for good."""
    with pytest.raises(Refused) as told_so:
        teller.says(c.ProposeRevocation, "supervisor-1")
    assert told_so.value.refusal.code == "personal_data_erased"


@pytest.mark.parametrize("step", ["case", "keep"])
def test_a_text_written_in_the_same_moment_is_not_kept(
    final: tuple[Writer, Teller, Traces], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Given a revocation that was decided on the case as it was, when it is erased just before the vault is asked for
    the key (or given the text), then neither the key nor the text comes back, and the proposer is told why.
    """
    one, teller, kept = final
    asked, done = getattr(Vault, step), threading.Event()

    def slower(*given: object, **named: object) -> object:
        if not done.is_set():
            done.set()
            erase(teller)
        return asked(*given, **named)

    monkeypatch.setattr(Vault, step, slower)
    refused_as_erased(teller)
    assert done.is_set()
    assert one.cases.vault.texts(teller.case) == {}
    assert kept.left_in(tmp_path) == []


def test_a_text_kept_just_before_the_fact_goes_with_the_others(
    final: tuple[Writer, Teller, Traces], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, teller, kept = final
    keep, done = Vault.keep, threading.Event()

    def kept_first(*given: object, **named: object) -> object:
        keep(*given, **named)  # type: ignore[arg-type]  # handed on as they came
        if not done.is_set():
            done.set()
            erase(teller)
        return None

    monkeypatch.setattr(Vault, "keep", kept_first)
    refused_as_erased(teller)
    assert one.cases.vault.texts(teller.case) == {}
    assert kept.left_in(tmp_path) == []


def test_a_content_that_is_being_read_ends_with_the_refusal(
    final: tuple[Writer, Teller, Traces], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the case and the look into the store."""
    one, teller, _ = final
    state = one.cases.load(teller.case, lambda _: True).state
    piece = state.file.evidence[0].submitted.evidence_id  # type: ignore[union-attr]  # it is filed
    read = EvidenceStore.read

    def too_late(*given: object) -> object:
        erase(teller)
        return read(*given)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(EvidenceStore, "read", too_late)
    with pytest.raises(Refused) as told_so:
        Submissions(one.cases, one.store).read(teller.case, piece, lambda *_: True)
    assert told_so.value.refusal.code == "personal_data_erased"


def test_many_who_erase_at_once_make_one_fact(final: tuple[Writer, Teller, Traces], tmp_path: Path) -> None:
    one, teller, kept = final
    codes: list[str] = []

    def erases() -> None:
        try:
            erase(teller)
            codes.append("erased")
        except Refused as refused:
            codes.append(refused.refusal.code)

    threads = [threading.Thread(target=erases) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["erased", *["personal_data_erased"] * 7]
    types = ["demerit.cases.personal_data_erased.v1"]
    assert len(one.cases.log.read(0, 1000, types=types).events) == 1
    assert kept.left_in(tmp_path) == []


def test_what_needs_no_words_is_still_recorded(final: tuple[Writer, Teller, Traces]) -> None:
    """A recall revokes the decision of an erased case: no key is needed, and none is made."""
    one, teller, _ = final
    erase(teller)
    state = one.cases.load(teller.case, lambda _: True).state
    decision = state.decision.id  # type: ignore[union-attr]  # it is decided
    teller.does(c.RevokeInRecall, "recall-1", decision, "supervisor-1", "supervisor-2")
    last = one.cases.log.read(0, 1000).events[-1]
    assert last.type == "demerit.cases.decision_revoked.v1"
    with pytest.raises(UnknownCase):
        one.cases.vault.case(teller.case)


def test_a_case_whose_key_was_lost_without_an_erasure_is_a_vault_in_trouble(tmp_path: Path) -> None:
    """Nobody is told that data was erased which was not: the vault would have to be put right."""
    one = writer(tmp_path / "cases")
    teller = Teller(one).files().heard()
    one.cases.vault.forget(teller.case)
    with pytest.raises(UnknownCase):
        one.carry_out(teller.case, lambda pen: c.Recuse("officer-9", said(pen), one.clock.now))
    one.close()
    with cases_service(tmp_path, HandClock(one.clock.now)) as cases:
        answer = cases.officer.post(f"/cases/{teller.case}/recusal", {"reason": WORDS["reason"]}, 503)
        assert answer["code"] == "vault_unavailable"


def said(pen: Pen) -> str:
    """Write a reason."""
    return pen.write("reason", WORDS["reason"])
