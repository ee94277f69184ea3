"""Given decisions in the cases log, when the follower steps, then entries, standing and position are there, once."""

from datetime import timedelta

from services.ledger.corrections import corrections_of
from services.ledger.domain.events import (
    OrdinaryViolationRecorded,
    SanctionsMoved,
    SevereViolationRecorded,
    StandingLapsed,
    ViolationReversed,
)
from shared.contracts.standing import Standing
from shared.kit.cloudevent import MAX_EVENT_BYTES, decode
from shared.kit.decider import Refusal
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following


def test_an_ordinary_decision_becomes_an_entry_and_a_standing(cases: Decisions, ledger: Following) -> None:
    """The event names its cause, the standing its node."""
    decision = cases.ordinary("s-1")
    ledger.step()
    (stored,) = ledger.log.stream("account-s-1")
    envelope = decode(stored.state)
    assert envelope.type == "demerit.ledger.ordinary_violation_recorded.v1"
    assert (envelope.causationid, envelope.correlationid) == (decision.id, decision.case)
    assert (envelope.subject, envelope.streamversion, envelope.standingeffect) == ("s-1", 1, "points")
    assert envelope.time == decision.recorded_at
    standing = ledger.ask("s-1")
    assert standing["points"] == {"ordinary": 12, "severe": 0}
    assert standing["standing"] == "restricted"
    assert [row["entry"] for row in standing["sanctions"]] == [decision.id]
    assert standing["last_entry_position"] == decision.position


def test_ordinary_and_severe_are_separate_types_and_never_add_up(cases: Decisions, ledger: Following) -> None:
    """One of each."""
    cases.ordinary("s-1")
    cases.severe("s-1", at=FIRST + DAY)
    ledger.step()
    kinds = [type(event) for event in ledger.events("s-1")]
    assert kinds == [OrdinaryViolationRecorded, SevereViolationRecorded]
    standing = ledger.ask("s-1")
    assert (standing["standing"], standing["points"]) == ("sealed", {"ordinary": 12, "severe": 48})


def test_a_reversal_lifts_what_its_entry_caused(cases: Decisions, ledger: Following) -> None:
    """And names both."""
    decision = cases.ordinary("s-1")
    reversal = cases.reverse("s-1", decision.id, at=FIRST + DAY)
    ledger.step()
    told = ledger.events("s-1")[-1]
    assert isinstance(told, ViolationReversed)
    assert (told.reversal.entry, told.reversal.id, told.reversal.kind) == (decision.id, reversal.id, "reversed")
    assert [change.change for change in told.sanctions] == ["vacated"]
    assert ledger.ask("s-1")["standing"] == "good"


def test_a_revocation_and_a_regrade_are_folded_by_their_own_names(cases: Decisions, ledger: Following) -> None:
    """A regrade makes two events of one cause."""
    first, second = cases.severe("s-1"), cases.ordinary("s-1", at=FIRST + DAY)
    cases.reverse("s-1", second.id, revoked=True, at=FIRST + 2 * DAY)
    regrade = cases.regrade("s-1", first, 12, at=FIRST + 3 * DAY)
    ledger.step()
    events = ledger.events("s-1")
    assert [event.reversal.kind for event in events if isinstance(event, ViolationReversed)] == ["revoked", "regraded"]
    assert isinstance(events[-1], OrdinaryViolationRecorded)
    assert (events[-1].entry.regrades, events[-1].entry.id) == (first.id, regrade.id)
    assert {decode(stored.state).causationid for stored in ledger.log.stream("account-s-1")[-2:]} == {regrade.id}
    assert ledger.ask("s-1")["points"] == {"ordinary": 12, "severe": 0}


def test_every_before_is_the_last_after_and_versions_have_no_hole(cases: Decisions, ledger: Following) -> None:
    """Lapses between the facts included."""
    for number in range(3):
        cases.ordinary("s-1", at=FIRST + number * 10 * DAY)
    ledger.catch_up()
    stored = ledger.log.stream("account-s-1")
    assert [decode(one.state).streamversion for one in stored] == list(range(1, len(stored) + 1))
    points = {"ordinary": 0, "severe": 0}
    for event in ledger.events("s-1"):
        assert isinstance(event, OrdinaryViolationRecorded | StandingLapsed)
        assert event.before == points
        points = dict(event.after)
    assert points["ordinary"] == 36


def test_time_passing_is_recorded_when_the_log_promises_it(cases: Decisions, ledger: Following) -> None:
    """The sanction of 168 hours ends; an empty page tells."""
    cases.ordinary("s-1")
    ledger.step()
    cases.clock.now = FIRST + timedelta(hours=167, minutes=59)
    ledger.step()
    assert len(ledger.events("s-1")) == 1
    cases.clock.now = FIRST + timedelta(hours=168, seconds=2)
    ledger.step()
    lapse = ledger.events("s-1")[-1]
    assert isinstance(lapse, StandingLapsed)
    assert (lapse.at, lapse.standing_before, lapse.standing_after) == (FIRST + 7 * DAY, "restricted", "watch")
    ledger.step()
    assert len(ledger.events("s-1")) == 2


def test_events_that_move_no_points_are_passed_over_and_counted(cases: Decisions, ledger: Following) -> None:
    """Whatever their type; the position goes on."""
    cases.nothing()
    cases.add("demerit.cases.something_new.v7", "s-1", {"x": 1}, effect="none")
    cases.ordinary("s-1")
    ledger.step()
    assert ledger.progress.now.position == 3
    assert ledger.follower.status.passed_over == 2


def test_every_standing_keeps_the_contract(cases: Decisions, ledger: Following) -> None:
    """Field by field, in its order."""
    cases.ordinary("s-1", points=24)
    cases.severe("s-1", points=12, at=FIRST + DAY)
    cases.severe("s-2", at=FIRST + DAY)
    ledger.step()
    for seller in ("s-1", "s-2", "nobody"):
        body = ledger.ask(seller)
        assert list(body) == list(Standing.model_fields)
        assert Standing.model_validate(body).model_dump(mode="json").keys() == body.keys()


def test_many_sellers_of_one_page_are_folded_in_one_append(cases: Decisions, ledger: Following) -> None:
    """Their order of position is kept."""
    made = [cases.ordinary(f"s-{number % 7}") for number in range(50)]
    ledger.step()
    causes = [decode(stored.state).causationid for stored in ledger.log.read(0, 1000).events]
    assert causes == [decision.id for decision in made]
    assert ledger.progress.now.position == 50


def test_a_correction_that_moves_very_many_sanctions_is_told_in_several_events(
    cases: Decisions, ledger: Following
) -> None:
    """Given 400 entries in one queue, when the first is taken back, then nothing waits, and all that moved is told."""
    entries = [cases.ordinary("s-1", at=FIRST + timedelta(minutes=number)) for number in range(400)]
    reversal = cases.reverse("s-1", entries[0].id, revoked=True, at=FIRST + DAY)
    ledger.catch_up()
    whole, *more = ledger.events("s-1")[400:]
    assert isinstance(whole, ViolationReversed)
    assert [type(event) for event in more] == [SanctionsMoved] * 3
    moved = [change for event in (whole, *more) if hasattr(event, "sanctions") for change in event.sanctions]
    assert [change.change for change in moved] == ["vacated", "rescheduled", "revived", *["rescheduled"] * 398]
    assert all(event.before == event.after == whole.after for event in more if isinstance(event, SanctionsMoved))
    assert max(len(stored.state) for stored in ledger.log.stream("account-s-1")) <= MAX_EVENT_BYTES
    assert ledger.ask("s-1")["points"]["ordinary"] == 399 * 12
    history = ledger.questions.history("s-1")
    assert not isinstance(history, Refusal)
    (correction,) = corrections_of(history, None)
    assert (correction.fact, len(correction.sanctions)) == (reversal.id, 401)
