"""What a report has to be for a rulebook to be published on it: sealed by the ledger, unchanged, and of something."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from shared.kit.audit import note
from shared.rulebook.seals import FORMAT, canonical, sealing, unsealed
from tests.support.audit import signer
from tests.support.drafts import DRAFT, HALVED, draft
from tests.support.publishing import LEDGER, Publishing, report, sealed

TEXT = draft(HALVED)
STRANGER = signer(2)


def without_seal(told: dict[str, Any]) -> dict[str, Any]:
    """Return a report as somebody writes it by hand."""
    return {name: value for name, value in told.items() if name != "seal"}


@pytest.mark.parametrize("seal", [{}, {"seal": None}])
def test_a_report_without_a_seal_is_refused(tmp_path: Path, seal: dict[str, Any]) -> None:
    said = Publishing(tmp_path, TEXT).refused({**without_seal(report(TEXT)), **seal})
    assert said == ("the report of DRAFT-1 has to be sealed by the ledger: ask for it again once the ledger can sign")


def test_a_report_sealed_by_another_key_is_refused(tmp_path: Path) -> None:
    """Also by one of the ledger's name, and where the report itself names the key."""
    own = {"key": str(STRANGER.key), "keys": [str(STRANGER.key)]}
    strange = sealed({**without_seal(report(TEXT)), **own}, STRANGER)
    given = Publishing(tmp_path, TEXT)
    assert "sealed by a key that is given: none of the keys given signed this" in given.refused(strange)
    assert "sealed by a key that is given" in given.refused(report(TEXT), keys=[STRANGER.key])
    assert "sealed by a key that is given" in given.refused(report(TEXT), keys=[])


def test_one_of_several_keys_is_enough(tmp_path: Path) -> None:
    """While one key follows another both sign, and either is named."""
    told = sealed(without_seal(report(TEXT)), STRANGER, LEDGER)
    (added,) = Publishing(tmp_path, TEXT).publish(told, keys=[signer(3).key, LEDGER.key])
    assert added.id == DRAFT


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["decisions", "changed"], 0),
        (["from"], "2025-12-31T16:00:01Z"),
        (["accounts", "looked_at"], 3),
        (["decisions", "changed"], 7.0),
        (["more"], None),
    ],
)
def test_an_altered_report_is_refused(tmp_path: Path, path: list[str], value: Any) -> None:
    told = copy.deepcopy(report(TEXT))
    place = told
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    assert "it was altered" in Publishing(tmp_path, TEXT).refused(told)


def test_a_report_in_which_a_name_is_missing_is_refused(tmp_path: Path) -> None:
    told = report(TEXT)
    del told["dismissals"]
    assert "it was altered" in Publishing(tmp_path, TEXT).refused(told)


def test_the_seal_of_another_report_or_of_something_else_is_refused(tmp_path: Path) -> None:
    """A bundle's seal, a checkpoint, a seal that names another log: each signed by the ledger's key."""
    given, told = Publishing(tmp_path, TEXT), without_seal(report(TEXT))
    right = sealing(told, LEDGER.key.name)
    for text in (
        sealing({**told, "sellers": []}, LEDGER.key.name),
        right.replace(FORMAT, "demerit-bundle/1"),
        right.removeprefix(f"{FORMAT}\n"),
        sealing(told, "urn:uuid:another"),
        right + "more\n",
    ):
        said = given.refused({**told, "seal": note.sign(text, [LEDGER]).decode()})
        assert "the seal is of something else" in said
    assert given.publish({**told, "seal": note.sign(right, [LEDGER]).decode()})


@pytest.mark.parametrize("seal", ["", "sealed", "\ud800", "\n\n— x AAAA\n"])
def test_what_is_no_note_is_no_seal(tmp_path: Path, seal: str) -> None:
    assert "sealed by a key that is given: " in Publishing(tmp_path, TEXT).refused({**report(TEXT), "seal": seal})


@pytest.mark.parametrize("until", ["2025-12-31T16:00:00Z", "2025-12-31T15:59:59Z"])
def test_a_report_of_an_empty_period_is_refused(tmp_path: Path, until: str) -> None:
    said = Publishing(tmp_path, TEXT).refused(report(TEXT, until=until))
    assert said == "the report of DRAFT-1 has to be of a period that ends after it begins"


@pytest.mark.parametrize(
    ("quarantined", "ledger_position", "fits"), [(0, 3, False), (2, 3, False), (2, 0, False), (0, 0, True)]
)
def test_a_report_that_compared_nobody_where_there_was_somebody_is_refused(
    tmp_path: Path, quarantined: int, ledger_position: int, *, fits: bool
) -> None:
    """A ledger that holds nothing has nobody to compare, and may have its rules changed."""
    accounts = {"looked_at": 0, "quarantined": quarantined}
    told = report(TEXT, accounts=accounts, known={"ledger_position": ledger_position})
    given = Publishing(tmp_path, TEXT)
    if fits:
        assert given.publish(told)
    else:
        assert "of accounts that were compared" in given.refused(told)


def test_a_report_of_a_period_in_which_nothing_was_decided_is_refused(tmp_path: Path) -> None:
    """It says nothing of the new rules, however many accounts there are."""
    none = dict.fromkeys(("same", "changed", "not_upheld", "not_replayable"), 0)
    given = Publishing(tmp_path, TEXT)
    assert "of a period with a decision in it" in given.refused(report(TEXT, decisions=none))
    assert given.publish(report(TEXT, decisions={**none, "not_replayable": 1}))


def test_of_two_reports_of_one_version_a_good_one_is_enough(tmp_path: Path) -> None:
    bad, good = report(TEXT, until="2025-01-01T00:00:00Z"), report(TEXT)
    given = Publishing(tmp_path, TEXT)
    assert given.publish(bad, good, bad)
    (kept,) = (tmp_path / "rules.reports").iterdir()
    assert json.loads(kept.read_text()) == good


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    told = without_seal(report(TEXT, until="2025-01-01T00:00:00Z", accounts={"looked_at": 0, "quarantined": 0}))
    assert len(Publishing(tmp_path, TEXT).refused(told).splitlines()) == 3


def test_what_is_kept_can_be_checked_again(tmp_path: Path) -> None:
    """Years later: the report lies beside the rulebook with its seal, whatever its spelling was."""
    Publishing(tmp_path, TEXT).publish(json.dumps({"report": report(TEXT)}, indent=3))
    (kept,) = (tmp_path / "rules.reports").iterdir()
    told = json.loads(kept.read_bytes())
    assert kept.read_bytes() == canonical(told)
    assert unsealed(told, told["seal"], [LEDGER.key]) is None
