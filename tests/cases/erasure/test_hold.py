"""Legal hold: nothing is destroyed, and all of it can be read, until every appeal window and the retention are over."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cases import incidentrow
from services.cases.domain import commands as c
from services.cases.erasures import Erasures
from services.cases.refusals import Refused
from services.cases.submissions import Submissions
from tests.support.cases_scenario import SEED_WORLD
from tests.support.cases_told import FILES, REVIEWER, Teller
from tests.support.cases_writer import Writer, writer

WINDOW = timedelta(hours=360)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Writer]:
    """A service without HTTP that keeps nothing for longer than it must."""
    opened = writer(tmp_path, world=replace(SEED_WORLD, retention=timedelta(0)))
    yield opened
    opened.close()


def held(teller: Teller) -> tuple[str, datetime | None]:
    """Return why, and until when, the case's data is held; it must be, and everything must be there to read."""
    one = teller.one
    with pytest.raises(Refused) as told:
        Erasures(one.cases, one.store).erase(one.request(teller.case))
    refusal = told.value.refusal
    assert refusal.code == "legal_hold"
    everything_reads(teller)
    possible: Any = refusal.facts["possible_from"]
    return str(refusal.facts["reason"]), None if possible is None else datetime.fromisoformat(possible)


def everything_reads(teller: Teller) -> None:
    """Demand every text and every content of the case."""
    one = teller.one
    state: Any = one.cases.load(teller.case, lambda _: True).state
    assert state.file.filed.narrative_digest in one.cases.vault.texts(teller.case)
    pieces = [piece.submitted.evidence_id for piece in state.file.evidence if piece.submitted.media_type]
    submissions = Submissions(one.cases, one.store)
    contents = [b"".join(submissions.read(teller.case, piece, lambda *_: True).chunks) for piece in pieces]
    assert contents == list(FILES[: len(contents)])


def erased(teller: Teller) -> bool:
    """Erase, and return whether nothing is left to read."""
    one = teller.one
    Erasures(one.cases, one.store).erase(one.request(teller.case))
    return one.cases.vault.texts(teller.case) == {}


def test_a_case_that_goes_on_is_held_for_as_long_as_it_does(one: Writer) -> None:
    teller = Teller(one).files().heard()
    one.clock.move(days=10_000)
    assert held(teller) == ("open_case", None)


def test_a_decision_that_nobody_was_told_of_is_held(one: Writer) -> None:
    teller = Teller(one).files().heard().says(c.UpholdOrdinary, "officer-1", "general", "harassment")
    one.clock.move(days=10_000)
    assert held(teller) == ("decision_not_notified", None)


def test_without_any_retention_the_appeal_window_is_still_waited_for(one: Writer) -> None:
    teller = Teller(one).files().heard().upheld()
    reason, possible = held(teller)
    notified = one.clock.now
    assert possible is not None
    assert reason == "retention"
    assert abs(possible - notified - WINDOW) < timedelta(seconds=1)
    one.clock.now = possible - timedelta(milliseconds=2)
    held(teller)
    one.clock.now = possible
    assert erased(teller)


def test_an_appeal_holds_it_however_long_the_platform_takes(one: Writer) -> None:
    """Through both holds and the time in between, and until the clock of the appeal has run out."""
    teller = Teller(one).files().heard().upheld().says(c.FileAppeal, "respondent", said="statement")
    one.clock.move(days=100)
    assert held(teller) == ("open_appeal", None)
    teller.says(c.ReturnAppeal, REVIEWER)
    one.clock.move(days=10)
    assert held(teller) == ("open_appeal", None)
    teller.says(c.ResumeAppeal, "respondent", said="statement")
    one.clock.move(days=1000)
    assert held(teller) == ("open_appeal", None)
    assert erased(teller.rejected())


def test_a_revocation_that_waits_for_its_second_supervisor_holds_it(one: Writer) -> None:
    teller = Teller(one).files().heard().upheld()
    one.clock.move(days=100)
    teller.says(c.ProposeRevocation, "supervisor-1")
    assert held(teller) == ("open_revocation", None)
    teller.does(c.WithdrawRevocation, "supervisor-1")
    assert erased(teller)


@pytest.mark.parametrize("looked_at", [incidentrow.MAX_ROWS, 1])
def test_a_merged_case_is_held_until_the_one_that_goes_on_is_erased(
    one: Writer, monkeypatch: pytest.MonkeyPatch, looked_at: int
) -> None:
    """Given that case, however many others of its matter were filed before it."""
    monkeypatch.setattr(incidentrow, "MAX_ROWS", looked_at)
    Teller(one).files()
    teller = Teller(one).files()
    twin = Teller(one).files().says(c.MergeComplaint, "officer-1", teller.case)
    one.clock.move(days=1000)
    assert held(twin) == ("merged_case", None)
    teller.does(c.WithdrawComplaint)
    assert held(twin) == ("merged_case", None)
    assert erased(teller)
    assert erased(twin)


def test_an_appeal_that_has_lapsed_holds_it_until_the_clock_has_said_so(one: Writer) -> None:
    """Given a stayed sanction and an appeal sent back: erased before its lapse is on record, the stay were for ever."""
    teller = Teller(one).files().heard().upheld().says(c.FileAppeal, "respondent", said="statement")
    teller.says(c.StaySanction, REVIEWER).says(c.ReturnAppeal, REVIEWER)
    one.clock.move(days=20)
    assert held(teller) == ("open_appeal", None)
    teller.does(c.LapseAppeal)
    assert erased(teller)
    types = [event.type.removeprefix("demerit.cases.") for event in one.cases.log.read(0, 1000).events]
    assert types[-3:] == ["appeal_lapsed.v1", "stay_lifted.v1", "personal_data_erased.v1"]
