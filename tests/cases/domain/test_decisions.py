"""One officer dismisses or upholds; everything that may end in points waits for the respondent (S2, S5 to S8, S12)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.cases.domain.case import World
from services.cases.domain.commands import (
    CaseCommand,
    Dismiss,
    NotifyRespondent,
    ProposeOverride,
    ProposeSevere,
    UpholdOrdinary,
)
from services.cases.domain.events import ComplaintDismissed, Findings, Incident, OrdinaryViolationUpheld, Subject
from services.cases.domain.referrals import REFERRALS
from shared.rulebook.model import Grade, Timeline
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD, Given, given
from tests.support.cases_story import (
    CALLS,
    INSULTS,
    MAIL,
    OFFICER,
    SECOND,
    assess,
    confirm,
    defend,
    dismiss,
    file,
    notify,
    override,
    propose,
    submit,
    tell,
    uphold,
    waive,
    withdraw,
)

TB_2012 = SEED_WORLD.timeline.versions[0]
FILED = given(file())
FOUND_CALLS = Findings("harassment", "other", frequent_contact=True, number_attributable=True)
EVIDENCED = (file(), submit(at=0), assess("frequent_contact", "number_attributable", at=0))


def test_frequent_calls_are_an_ordinary_violation_with_twelve_points() -> None:
    given(*CALLS).when(uphold()).then(
        OrdinaryViolationUpheld(
            officer=OFFICER,
            grade="general",
            points=12,
            factors=("frequent_contact",),
            findings=FOUND_CALLS,
            direct=(),
            rulebook=TB_2012.ref,
            calendars=(SEED_WORLD.calendars.years[2026].ref,),
            reason_digest="digest-reason",
        )
    )


def test_a_decision_keeps_every_calendar_that_its_case_rested_on_once() -> None:
    rolling = replace(TB_2012, deadlines=replace(TB_2012.deadlines, evidence_rolls_off_holidays=True))
    world = World(Timeline("seed", (rolling,)), SEED_WORLD.calendars)
    december = datetime(2025, 12, 16, 2, tzinfo=UTC)  # the clocks of filing end in December, the window in January
    filing = file(at=december, incidents=(Incident("phone", december),))
    told = NotifyRespondent(december + timedelta(days=16), december + timedelta(days=16))
    event = given(filing, *CALLS[2:], told, world=world).when(uphold()).event
    assert isinstance(event, OrdinaryViolationUpheld)
    assert [ref.id for ref in event.calendars] == ["CN-2025", "CN-2026"]


def test_what_the_matter_is_found_to_be_does_not_undo_verified_calls() -> None:
    event = given(*CALLS).when(uphold(found="after_sales")).event
    assert isinstance(event, OrdinaryViolationUpheld)
    assert event.findings == replace(FOUND_CALLS, found_subject="after_sales")


def test_a_grade_without_points_brings_its_direct_sanction() -> None:
    event = given(*CALLS, world=TAOBAO_WORLD).when(uphold("general")).event
    assert isinstance(event, OrdinaryViolationUpheld)
    assert event.points == 0
    assert [(sanction.hours, sanction.measures) for sanction in event.direct] == [(168, ("shop_hidden",))]


@pytest.mark.parametrize("command", [uphold(), propose(), override()])
def test_points_wait_for_the_respondent(command: CaseCommand) -> None:
    given(*EVIDENCED).when(command).then_refused("evidence_due", due=None)
    given(*EVIDENCED, notify()).when(command).then_refused("evidence_due", due="2026-03-05T16:00:00Z")


@pytest.mark.parametrize(
    ("heard", "at"), [((notify(), waive()), 10), ((notify(), defend()), 10), ((notify(),), 86), ((defend(),), 10)]
)
def test_once_the_respondent_is_heard_or_out_of_time_it_is_decided(heard: tuple[CaseCommand, ...], at: float) -> None:
    assert isinstance(given(*EVIDENCED, *heard).when(uphold(at=at)).event, OrdinaryViolationUpheld)


def test_one_instant_before_the_window_closes_points_still_wait() -> None:
    given(*EVIDENCED, notify()).when(uphold(at=85.9999)).then_refused("evidence_due")


@pytest.mark.parametrize("command", [uphold(), propose(), override()])
def test_nothing_is_upheld_without_verified_evidence(command: CaseCommand) -> None:
    given(file(), submit(), defend()).when(command).then_refused("no_verified_evidence")


@pytest.mark.parametrize("command", [uphold("huge"), propose("huge"), override("huge")])
def test_an_unknown_grade_is_refused_with_the_known_ones(command: CaseCommand) -> None:
    given(*MAIL).when(command).then_refused("unknown_grade", grade="huge", grades=("general", "grave"))


def test_a_severe_grade_is_not_given_by_one_officer() -> None:
    given(*MAIL).when(uphold("grave")).then_refused("grade_not_on_this_way", grades=("general",))
    given(*INSULTS).when(override("grave")).then_refused("grade_not_on_this_way", grades=("general",))


def test_an_ordinary_grade_is_not_proposed_as_severe() -> None:
    given(*MAIL).when(propose("general")).then_refused("grade_not_on_this_way", grades=("grave",))


def test_an_ordinary_grade_that_needs_two_officers_is_not_given_by_one() -> None:
    shared_grade = Grade("shared", "ordinary", 6, ("frequent_contact",), approvals=2)
    version = replace(TB_2012, grades={**TB_2012.grades, "shared": shared_grade})
    case = given(*CALLS, world=World(Timeline("seed", (version,)), SEED_WORLD.calendars))
    case.when(uphold("shared")).then_refused("grade_not_on_this_way", grades=("general",))


def test_a_grade_that_no_verified_fact_permits_is_refused_with_those_that_are() -> None:
    given(*CALLS, world=TAOBAO_WORLD).when(uphold("aggravated")).then_refused(
        "grade_not_permitted", grade="aggravated", grades=("general",)
    )


def test_a_closed_outcome_is_refused_with_its_reason_and_what_is_open() -> None:
    refusal = (
        given(*CALLS)
        .when(propose())
        .then_refused("outcome_closed", outcome="propose_severe", open=("uphold_ordinary",))
    )
    assert refusal.detail == "It would need one of these facts verified: offensive_mail, grave_harm."
    unsent = given(file(), submit(), assess("frequent_contact"), defend())
    refusal = unsent.when(uphold()).then_refused("outcome_closed", open=("evidence_insufficient",))
    assert refusal.detail == "It would need number_attributable verified (the respondent is the sender)."


@pytest.mark.parametrize("command", [dismiss(), uphold(), propose(), override()])
def test_a_decision_is_reasoned(command: Dismiss | UpholdOrdinary | ProposeSevere | ProposeOverride) -> None:
    given(*CALLS).when(replace(command, reason_digest="")).then_refused("reason_missing")


def test_a_dismissal_keeps_ground_findings_and_rulebook() -> None:
    FILED.when(dismiss("evidence_insufficient")).then(
        ComplaintDismissed(OFFICER, "evidence_insufficient", Findings(), None, "digest-reason", TB_2012.ref)
    )


@pytest.mark.parametrize(
    ("found", "ground", "referral"),
    [
        ("abuse", "abuse_not_harassment", "civility_report"),
        ("counterfeit", "other_dispute_counterfeit", "counterfeit_report"),
        ("fake_trade", "other_dispute_fake_trade", "fake_trade_report"),
        ("after_sales", "other_dispute_after_sales", "after_sales_dispute"),
    ],
)
def test_what_is_no_harassment_is_referred_to_where_it_belongs(found: Subject, ground: str, referral: str) -> None:
    event = FILED.when(dismiss(ground, found)).event
    assert isinstance(event, ComplaintDismissed)
    assert event.referral == referral


def test_a_referral_may_be_chosen_among_the_known_ones() -> None:
    event = FILED.when(dismiss(referral="after_sales_dispute")).event
    assert isinstance(event, ComplaintDismissed)
    assert event.referral == "after_sales_dispute"
    FILED.when(dismiss(referral="somebody")).then_refused("unknown_referral", referrals=REFERRALS)


def test_a_closed_ground_is_refused_with_its_reason_and_what_is_open() -> None:
    refusal = FILED.when(dismiss("abuse_not_harassment")).then_refused(
        "ground_closed", open_grounds=("evidence_insufficient",), open=("evidence_insufficient",)
    )
    assert refusal.detail == "It would need the matter found to be abuse."
    refusal = given(*CALLS).when(dismiss()).then_refused("ground_closed", open_grounds=(), open=("uphold_ordinary",))
    assert refusal.detail == "It would need every way to uphold closed; open: uphold_ordinary."


def test_an_unknown_ground_is_refused_with_the_known_ones() -> None:
    FILED.when(dismiss("no_mood")).then_refused("unknown_ground", grounds=tuple(TB_2012.grounds))


def test_a_ground_that_is_void_in_the_version_is_refused() -> None:
    filed = given(file(), world=TAOBAO_WORLD)
    filed.when(dismiss("abuse_not_harassment", "abuse")).then_refused(
        "ground_void", rulebook="TB-2017-07-25", open_grounds=("evidence_insufficient",)
    )


DECIDED = [
    (given(*CALLS, uphold()), "demerit.cases.ordinary_violation_upheld.v1"),
    (FILED.and_(dismiss()), "demerit.cases.complaint_dismissed.v1"),
    (given(*MAIL, propose(), confirm()), "demerit.cases.severe_violation_upheld.v1"),
]


@pytest.mark.parametrize("command", [dismiss(), uphold(), propose(), override(), confirm(), withdraw()])
@pytest.mark.parametrize(("decided", "type_name"), DECIDED)
def test_who_comes_too_late_learns_the_winner(command: CaseCommand, decided: Given, type_name: str) -> None:
    won = decided.history[-1]
    recorded_at = won.recorded_at.isoformat().replace("+00:00", "Z")
    winner = {"id": won.id, "type": type_name, "position": won.position, "recorded_at": recorded_at}
    decided.when(command).then_refused("already_decided", winner=winner)


@pytest.mark.parametrize("command", [dismiss(officer=SECOND), uphold(), propose(), override()])
def test_while_something_is_proposed_nothing_else_is_decided(command: CaseCommand) -> None:
    proposed = given(*MAIL, propose())
    proposed.when(command).then_refused("proposal_pending", proposal=proposed.history[-1].id, proposer=OFFICER)


@pytest.mark.parametrize("command", [dismiss(), uphold(), propose(), override()])
def test_nothing_is_decided_before_filing_or_after_withdrawal(command: CaseCommand) -> None:
    given().when(command).then_refused("not_filed")
    given(*CALLS, withdraw(6)).when(command).then_refused("complaint_withdrawn", withdrawn_at="2026-03-02T08:00:00Z")


def test_a_decision_keeps_the_version_the_complaint_was_filed_under() -> None:
    early = Incident("phone", TAOBAO_WORLD.timeline.versions[1].effective_from)
    filed_for_2016 = given(file(incidents=(early,)), *INSULTS[1:], world=TAOBAO_WORLD)
    event = filed_for_2016.when(uphold(found="abuse")).event
    assert isinstance(event, OrdinaryViolationUpheld)
    assert (event.rulebook.id, event.points, event.factors) == ("TB-2016-06", 12, ("insult",))


NOWHERE = World(Timeline("other", ()), SEED_WORLD.calendars)


@pytest.mark.parametrize("command", [uphold(), dismiss(), propose(), override(), assess(at=9)])
def test_a_decision_waits_for_a_version_that_is_not_loaded(command: CaseCommand) -> None:
    replace(given(*CALLS), world=NOWHERE).when(command).then_refused("rulebook_unavailable", rulebook="TB-2012")


def test_a_confirmation_and_a_notice_wait_for_a_version_that_is_not_loaded() -> None:
    proposed, upheld = given(*MAIL, propose()), given(*CALLS, uphold())
    replace(proposed, world=NOWHERE).when(confirm()).then_refused("rulebook_unavailable", rulebook="TB-2012")
    replace(upheld, world=NOWHERE).when(tell()).then_refused("rulebook_unavailable", rulebook="TB-2012")
