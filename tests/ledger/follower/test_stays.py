"""Given stays and lifts in the cases log, then the ledger tells of them and answers by them; what cannot be waits."""

from datetime import timedelta

import pytest

from services.ledger.domain.events import AccountQuarantined, SanctionsStayed, StayLifted, ViolationReversed
from services.ledger.rendering import Asked
from shared.contracts.decisions import SANCTION_STAYED, STAY_LIFTED
from shared.kit.cloudevent import decode
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following


def test_a_stay_and_its_lifting_are_events_of_the_account(cases: Decisions, ledger: Following) -> None:
    """They name their cause and count from their recorded time; no point moves and no last entry."""
    entry = cases.ordinary("s-1")
    stay = cases.stay("s-1", entry.id, at=FIRST + DAY)
    lift = cases.lift("s-1", entry.id, at=FIRST + 2 * DAY)
    ledger.step()
    _, stayed, lifted = (decode(stored.state) for stored in ledger.log.stream("account-s-1"))
    assert (stayed.type, lifted.type) == ("demerit.ledger.sanctions_stayed.v1", "demerit.ledger.stay_lifted.v1")
    for envelope, cause in ((stayed, stay), (lifted, lift)):
        assert (envelope.causationid, envelope.correlationid) == (cause.id, cause.case)
        assert (envelope.time, envelope.standingeffect) == (cause.recorded_at, "points")
    _, first, second = ledger.events("s-1")
    assert isinstance(first, SanctionsStayed)
    assert isinstance(second, StayLifted)
    assert [change.change for change in (*first.sanctions, *second.sanctions)] == ["stayed", "resumed"]
    assert first.before == first.after == second.after == {"ordinary": 12, "severe": 0}
    meanwhile = ledger.ask("s-1", Asked(as_of=stay.recorded_at))
    assert (meanwhile["standing"], meanwhile["sanctions"][0]["state"]) == ("watch", "stayed")
    now = ledger.ask("s-1")
    assert (now["standing"], now["account_version"], now["last_entry_position"]) == ("restricted", 3, 1)


def test_an_answer_knows_of_a_stay_from_its_position_on(cases: Decisions, ledger: Following) -> None:
    """With the version that it made."""
    entry = cases.ordinary("s-1")
    cases.stay("s-1", entry.id, at=FIRST + DAY)
    ledger.step()
    before, after = (ledger.ask("s-1", Asked(known_position=position)) for position in (1, 2))
    assert (before["standing"], before["account_version"]) == ("restricted", 1)
    assert (after["standing"], after["account_version"]) == ("watch", 2)


def test_what_else_a_stay_says_is_passed_over(cases: Decisions, ledger: Following) -> None:
    """Unknown fields are ignored."""
    entry = cases.ordinary("s-1")
    cases.add(SANCTION_STAYED, "s-1", {"decision": entry.id, "reason": {"code": "hardship"}})
    ledger.step()
    assert ledger.ask("s-1")["standing"] == "watch"


@pytest.mark.parametrize("event_type", [SANCTION_STAYED, STAY_LIFTED])
def test_data_of_another_shape_quarantine(cases: Decisions, ledger: Following, event_type: str) -> None:
    """A stay that names no decision."""
    cases.ordinary("s-1")
    cases.add(event_type, "s-1", {"decision": None})
    ledger.step()
    told = ledger.events("s-1")[-1]
    assert isinstance(told, AccountQuarantined)
    assert told.reason.startswith("fact_unreadable: ")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (("stay none",), "entry_unknown"),
        (("lift none",), "entry_unknown"),
        (("lift",), "sanctions_not_stayed"),
        (("stay", "stay"), "sanctions_already_stayed"),
        (("stay", "lift", "lift"), "sanctions_not_stayed"),
        (("reverse", "stay"), "entry_already_reversed"),
        (("stay", "reverse", "lift"), "entry_already_reversed"),
    ],
)
@pytest.mark.parametrize("limit", [1, 100])
def test_what_an_account_refuses_quarantines_it_alone(
    cases: Decisions, ledger: Following, facts: tuple[str, ...], reason: str, limit: int
) -> None:
    """In one page or in many; the last fact is the one that is refused."""
    entry = cases.ordinary("s-1")
    for fact in facts:
        what, *other = fact.split()
        doing = {"stay": cases.stay, "lift": cases.lift, "reverse": cases.reverse}[what]
        last = doing("s-1", other[0] if other else entry.id)
    cases.ordinary("s-2")
    ledger.catch_up(limit)
    told = ledger.events("s-1")[-1]
    assert isinstance(told, AccountQuarantined)
    assert (told.cause, told.reason.split(":")[0]) == (last.id, reason)
    assert ledger.refusal("s-1").facts["position"] == last.position
    assert ledger.ask("s-2")["standing"] == "restricted"


@pytest.mark.parametrize("limit", [1, 2, 100])
def test_a_stay_that_a_reversal_overtakes_in_the_same_page_ends_with_it(
    cases: Decisions, ledger: Following, limit: int
) -> None:
    """Reviewer and second supervisor at nearly the same time: the log has an order, and each fact its event."""
    entry = cases.severe("s-1", points=24)
    cases.ordinary("s-1", at=FIRST + timedelta(seconds=1))
    stay = cases.stay("s-1", entry.id, at=FIRST + DAY)
    reversal = cases.reverse("s-1", entry.id, revoked=True, at=FIRST + DAY)
    assert reversal.recorded_at > stay.recorded_at
    ledger.catch_up(limit)
    stayed, reversed_ = ledger.events("s-1")[2:4]
    assert isinstance(stayed, SanctionsStayed)
    assert isinstance(reversed_, ViolationReversed)
    assert [change.change for change in (*stayed.sanctions, *reversed_.sanctions)] == ["stayed", "vacated"]
    standing = ledger.ask("s-1")
    assert [row["state"] for row in standing["sanctions"]] == ["vacated", "in_force"]
    assert standing["points"] == {"ordinary": 12, "severe": 0}


def test_a_regrade_behind_a_stay_starts_unstayed_and_may_be_stayed_itself(cases: Decisions, ledger: Following) -> None:
    """The new entry's name is the regrade's event id."""
    entry = cases.severe("s-1", points=12)
    cases.stay("s-1", entry.id, at=FIRST + DAY)
    regrade = cases.regrade("s-1", entry, 12, at=FIRST + 2 * DAY)
    ledger.step()
    assert ledger.ask("s-1")["standing"] == "restricted"
    cases.stay("s-1", regrade.id, at=FIRST + 3 * DAY)
    ledger.step()
    assert ledger.ask("s-1")["standing"] == "watch"
