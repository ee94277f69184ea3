"""The clock may be set back between two requests: nothing then lies before the filing, and nothing is marked late."""

import pytest

from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import (
    CaseEvent,
    ComplaintWithdrawn,
    DefenceSubmitted,
    EvidenceSubmitted,
    EvidenceWindowWaived,
    HandlingStarted,
)
from tests.support.cases_scenario import given
from tests.support.cases_story import OFFICER, defend, file, hour, notify, start, submit, waive, withdraw


@pytest.mark.parametrize(
    ("command", "fact"),
    [
        (start(at=-50), HandlingStarted(OFFICER, hour(0))),
        (waive(at=-50), EvidenceWindowWaived(hour(0))),
        (withdraw(at=-50), ComplaintWithdrawn(hour(0))),
        (defend(at=-50), DefenceSubmitted("other", hour(0), "in_time", "digest-statement")),
    ],
)
def test_what_people_do_lies_at_the_filing_at_the_earliest(command: CaseCommand, fact: CaseEvent) -> None:
    case = given(file(), notify())
    case.when(command).then(fact)


def test_evidence_is_received_at_the_filing_at_the_earliest() -> None:
    said = given(file(), notify()).when(submit(at=-50)).event
    assert isinstance(said, EvidenceSubmitted)
    assert (said.received_at, said.timeliness) == (hour(0), "in_time")
