"""One incident, at most one penalty (R12): what is one matter, which incidents are one, what a penalty blocks."""

import pytest

from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import ComplaintFiled, ComplaintMerged, Incident, OrdinaryViolationUpheld, Trade
from services.cases.domain.intake import MAX_OVERLAPS
from services.cases.domain.matters import (
    Related,
    judged,
    matter_of,
    overlap,
    overlapping,
    penalised,
    same_complaint,
)
from services.cases.domain.state import Merged, penalty
from tests.support.cases_afterwards import SEVERE, UPHELD, appeal, propose_revocation, regrade, reject, reverse, revoke
from tests.support.cases_scenario import SEED_WORLD, Given, given
from tests.support.cases_story import CALLS, INSULTS, MAIL, confirm, dismiss, file, hour, override, propose, uphold

CALLED = file().incidents  # by phone, from hour -24 to -23


def moment(at: float, channel: str = "sms") -> Incident:
    return Incident(channel, hour(at))


def span(began: float, ended: float, channel: str = "sms") -> Incident:
    return Incident(channel, hour(began), hour(ended))


def other(*incidents: Incident, penalty: str | None = None, undecided: bool = True, case_id: str = "case-2") -> Related:
    return Related(case_id, incidents or CALLED, undecided=undecided, penalty=penalty)


PENALISED = other(penalty="decision-2", undecided=False)


@pytest.mark.parametrize(
    ("one", "two", "shared"),
    [
        (span(0, 2), span(1, 3), True),
        (span(0, 5), span(1, 2), True),
        (span(0, 1), span(1, 2), True),
        (span(0, 1), span(1.001, 2), False),
        (moment(1), moment(1), True),
        (moment(1), moment(1.001), False),
        (moment(1), span(1, 2), True),
        (moment(2), span(1, 2), True),
        (moment(0.999), span(1, 2), False),
        (span(0, 2, "phone"), span(1, 3, "post"), True),
    ],
)
def test_incidents_that_share_an_instant_are_one_whatever_the_channel(
    one: Incident, two: Incident, shared: bool
) -> None:
    assert overlap([one], [two]) is shared
    assert overlap([two], [one]) is shared


def test_one_shared_incident_among_many_is_enough() -> None:
    assert overlap([moment(1), span(5, 6)], [moment(2), moment(6)])
    assert not overlap([], [moment(1)])


def test_another_buyer_seller_or_trade_is_another_matter() -> None:
    filings = [
        file(),
        file(complainant="buyer-2"),
        file(respondent="seller-2"),
        file(trade=Trade("trade-2")),
    ]
    matters = set()
    for command in filings:
        filed = given(command).history[0].event
        assert isinstance(filed, ComplaintFiled)
        matters.add(matter_of(filed))
    assert len(matters) == 4


def test_related_cases_are_told_in_their_order_and_the_first_penalty_counts() -> None:
    far, near = other(moment(50), penalty="d-9", case_id="case-9"), other(case_id="case-1")
    assert overlapping(CALLED, [PENALISED, far, near]) == (PENALISED, near)
    assert penalised(CALLED, [near, far]) is None
    assert penalised(CALLED, [far, near, PENALISED]) == PENALISED


def test_what_was_merged_into_a_case_is_judged_with_it() -> None:
    """An incident of a merged case that has its penalty elsewhere has it for the case that took it in."""
    taken_in = Related("case-1", (moment(50),), undecided=False, taken_in="case-0")
    far = other(moment(50), penalty="d-9", case_id="case-9", undecided=False)
    assert judged(CALLED, [taken_in, far]) == (*CALLED, moment(50))
    assert penalised(CALLED, [taken_in, far]) == far
    assert penalised(CALLED, [far]) is None


def test_the_same_complaint_is_one_about_exactly_the_same_incidents_that_is_undecided() -> None:
    twice = other(*reversed((*CALLED, moment(0))))
    assert same_complaint((*CALLED, moment(0)), [other(), twice]) == twice
    assert same_complaint(CALLED, [PENALISED]) is None
    assert same_complaint(CALLED, [other(*CALLED, moment(0))]) is None


def test_a_filing_names_the_cases_that_share_an_incident() -> None:
    many = [other(case_id=f"case-{number:02}") for number in range(MAX_OVERLAPS + 1)]
    filed = given().among(other(moment(50), case_id="far"), *many).when(file()).event
    assert isinstance(filed, ComplaintFiled)
    assert filed.overlaps == tuple(related.case_id for related in many[:MAX_OVERLAPS])


def test_a_complaint_that_came_in_twice_is_merged_at_once_where_the_world_wants_it_so() -> None:
    world = SEED_WORLD.among([other()])
    assert len(given(file(), world=world).history) == 1
    merging = Given(type(world)(world.timeline, world.calendars, merges_repeats=True, related=world.related))
    filed, merged = merging.and_(file()).history
    assert isinstance(filed.event, ComplaintFiled)
    assert filed.event.overlaps == ("case-2",)
    assert merged.event == ComplaintMerged("case-2", None, "")
    assert isinstance(merging.and_(file()).state, Merged)
    assert len(merging.among(PENALISED).and_(file()).history) == 1


@pytest.mark.parametrize(
    ("given_before", "command"),
    [
        (CALLS, uphold()),
        (MAIL, propose()),
        ((*MAIL, propose()), confirm()),
        (INSULTS, override()),
        ((*INSULTS, override()), confirm()),
    ],
    ids=["uphold", "propose", "confirm", "override", "confirm-override"],
)
def test_what_is_penalised_already_is_neither_upheld_nor_proposed_nor_confirmed(
    given_before: tuple[CaseCommand, ...], command: CaseCommand
) -> None:
    case = given(*given_before)
    case.when(command).then_accepted()
    case.among(PENALISED).when(command).then_refused("incident_already_penalised", case="case-2", decision="decision-2")
    case.among(other()).when(command).then_accepted()
    case.among(other(span(-22.9, -22), penalty="decision-2")).when(command).then_accepted()


def test_a_case_that_is_penalised_elsewhere_may_be_dismissed() -> None:
    given(file()).among(PENALISED).when(dismiss()).then_accepted()


@pytest.mark.parametrize(
    ("case", "counts"),
    [
        (given(*UPHELD), "event-6"),
        (given(*UPHELD, appeal()), "event-6"),
        (given(*UPHELD, appeal(), reject()), "event-6"),
        (given(*SEVERE, appeal(), regrade()), "event-11"),
        (given(*UPHELD, appeal(), reverse()), None),
        (given(*UPHELD, propose_revocation(), revoke()), None),
        (given(file(), dismiss()), None),
    ],
)
def test_a_reversal_frees_the_incident_and_nothing_else_does(case: Given, counts: str | None) -> None:
    elsewhere = other(penalty=penalty(case.state), undecided=False)
    assert elsewhere.penalty == counts
    second = given(*CALLS).among(elsewhere).when(uphold())
    if counts is None:
        assert isinstance(second.event, OrdinaryViolationUpheld)
    else:
        second.then_refused("incident_already_penalised", decision=counts)
