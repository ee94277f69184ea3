"""How decisions came about, gathered page after page from the cases' feed, through a position."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from services.ledger.domain.redeciding import Filed, Found, Missing
from services.ledger.simulating import evidence as evidence_module
from services.ledger.simulating.evidence import Evidence
from shared.contracts.findings import FILED
from shared.contracts.simulationreport import MissingName
from shared.kit.feed_client import FeedBroken
from tests.support.decisions import DAY, FIRST
from tests.support.simulated import CALLED, MAILED, SINCE, UNTIL, FoundDecisions


@pytest.fixture
def evidence(tmp_path: Path) -> Iterator[Evidence]:
    """Nothing gathered yet."""
    with Evidence(tmp_path / "evidence.db") as made:
        yield made


def test_filings_and_findings_are_found_by_account(cases: FoundDecisions, evidence: Evidence) -> None:
    decided = cases.found("s-1", MAILED, conduct_at=FIRST - DAY, paid_at=FIRST - 2 * DAY)
    special = cases.found("s-1", ("number_attributable",), confirmed_by="o-2")
    severe = cases.found("s-1", grade="grave", points=48, confirmed_by="o-2")
    cases.found("s-2")
    evidence.gather(cases, cases.log.head().position)
    filed, found = evidence.of("s-1")
    assert filed[decided.case] == Filed(FIRST - DAY, FIRST - 2 * DAY)
    assert filed[special.case] == Filed(FIRST - DAY)
    assert found == {
        decided.id: Found(frozenset(MAILED)),
        special.id: Found(frozenset({"number_attributable"}), override=True),
        severe.id: Found(frozenset(CALLED)),
    }
    assert evidence.of("nobody") == ({}, {})


def test_a_log_of_many_pages_is_read_through_the_position(
    cases: FoundDecisions, evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands behind it is not taken in, though it comes with a page."""
    monkeypatch.setattr(evidence_module, "MAX_READ", 3)
    for number in range(10):
        cases.found(f"s-{number}")
    heard: list[int] = []
    evidence.gather(cases, 15, on=heard.append)
    assert heard == [3, 6, 9, 12, 15]
    assert [len(evidence.of(f"s-{number}")[1]) for number in range(10)] == [1] * 7 + [0] * 3
    assert len(evidence.of("s-7")[0]) == 1


def test_a_feed_that_ends_before_the_position_is_no_evidence(cases: FoundDecisions, evidence: Evidence) -> None:
    """What was folded of it is not in it any more: a report of the rest would pass for one of all."""
    cases.found("s-1")
    with pytest.raises(FeedBroken, match="the feed ends at 2, before the 100 that was folded of it"):
        evidence.gather(cases, 100)


def test_dismissals_of_the_period_come_with_their_filings(cases: FoundDecisions, evidence: Evidence) -> None:
    """By account; what was overturned counts no longer, and both ends of the period are as they always are."""
    moment = timedelta(microseconds=2)  # a filing and a dismissal are recorded a microsecond apart
    for seller, instant in enumerate((SINCE - moment, SINCE, UNTIL - moment, UNTIL)):
        cases.clock.now = instant
        cases.dismissed(f"s-{seller}", conduct_at=FIRST)
    overturned = cases.dismissed("s-1")
    cases.overturned("s-1", overturned)
    evidence.gather(cases, cases.log.head().position)
    found = list(evidence.dismissals(SINCE, UNTIL))
    assert [(dismissal.seller, filed) for dismissal, filed in found] == [
        ("s-1", Filed(FIRST)),
        ("s-2", Filed(FIRST)),
    ]


def test_a_filing_without_incidents_says_nothing(cases: FoundDecisions, evidence: Evidence) -> None:
    cases.add(FILED, "s-1", {"trade": {}, "incidents": []}, effect="none")
    evidence.gather(cases, 1)
    assert evidence.of("s-1") == ({}, {})


def test_what_breaks_its_contract_is_not_passed_over(cases: FoundDecisions, evidence: Evidence) -> None:
    cases.nothing("s-1")
    with pytest.raises(msgspec.ValidationError):
        evidence.gather(cases, 1)


def test_the_contract_names_whatever_may_be_missing() -> None:
    assert get_args(MissingName) == get_args(Missing)
