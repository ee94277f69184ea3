"""Given sanctions, when a correction comes, then its event tells what became of each of them."""

from services.ledger.domain.commands import ReverseEntry
from services.ledger.domain.events import (
    OrdinaryViolationRecorded,
    SanctionChange,
    SanctionsStayed,
    SevereViolationRecorded,
    StandingLapsed,
    StayLifted,
    ViolationReversed,
)
from services.ledger.domain.facts import Stay, StayLift
from shared.kit.decider import Refusal
from tests.support.ladders import shanghai
from tests.support.ledger_story import Story


def test_a_reversal_tells_what_it_vacates_and_what_it_reschedules() -> None:
    """The second entry's sanction moves to the first one's place."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-03T10:00")
    told.upheld("b", "ordinary", 12, "2025-03-07T10:00")
    *lapses, event = told.give(ReverseEntry(told.reversal("a", "2025-03-12T09:00")))
    assert [lapse.at for lapse in lapses if isinstance(lapse, StandingLapsed)] == [shanghai("2025-03-10T10:00")]
    assert isinstance(event, ViolationReversed)
    assert (event.before["ordinary"], event.after["ordinary"]) == (24, 12)
    assert event.sanctions == (
        SanctionChange("vacated", "a", "ordinary", 12, shanghai("2025-03-03T10:00"), shanghai("2025-03-10T10:00")),
        SanctionChange("rescheduled", "b", "ordinary", 12, shanghai("2025-03-07T10:00"), shanghai("2025-03-14T10:00")),
    )


def test_a_sanction_that_moves_into_force_is_rescheduled_and_revived() -> None:
    """In the queue behind last year's node: the same node 12, a week earlier, and so in force."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2024-12-30T10:00")
    told.upheld("b", "ordinary", 12, "2025-01-02T10:00")
    event = told.give(ReverseEntry(told.reversal("a", "2025-01-03T10:00")))[-1]
    assert isinstance(event, ViolationReversed)
    assert [(change.change, change.entry, change.node) for change in event.sanctions] == [
        ("vacated", "a", 12),
        ("rescheduled", "b", 12),
        ("revived", "b", 12),
    ]
    assert event.sanctions[1].end == shanghai("2025-01-09T10:00")


def test_a_regrade_is_a_reversal_and_an_entry_at_one_position() -> None:
    """Each tells its own step of the points; the new entry is cut at the end of what it replaces."""
    told = Story()
    told.upheld("s", "severe", 12, "2025-03-05T10:00")
    reversal, entry = told.give(told.regrade("s", "o", "ordinary", 12, "2025-03-06T10:00"))
    assert isinstance(reversal, ViolationReversed)
    assert isinstance(entry, OrdinaryViolationRecorded)
    assert reversal.after == entry.before == {"ordinary": 0, "severe": 0}
    assert entry.after == {"ordinary": 12, "severe": 0}
    assert [change.change for change in (*reversal.sanctions, *entry.sanctions)] == ["vacated", "ordered"]
    assert told.period("o", "2025-03-06T10:00") == (shanghai("2025-03-05T10:00"), shanghai("2025-03-12T10:00"))


def test_a_reversal_tells_what_it_revives() -> None:
    """The seal was in the way of both: the older tier and the ordinary node are in force again."""
    told = Story()
    told.upheld("t", "severe", 24, "2025-03-03T10:00")
    told.upheld("o", "ordinary", 24, "2025-03-04T10:00")
    told.upheld("s", "severe", 24, "2025-03-05T10:00")
    (event,) = told.give(ReverseEntry(told.reversal("s", "2025-03-06T10:00")))
    assert isinstance(event, ViolationReversed)
    assert [(change.change, change.entry, change.node) for change in event.sanctions] == [
        ("revived", "t", 24),
        ("revived", "o", 12),
        ("vacated", "s", 48),
    ]
    assert event.sanctions[1].end == shanghai("2025-03-11T10:00")


def test_what_a_regrade_brings_back_and_outranks_at_once_was_never_revived() -> None:
    """The 12 is in the 36's way before and in the regrade's 24's afterwards; the step between is no fact."""
    told = Story()
    told.upheld("big", "severe", 36, "2024-12-28T10:00")
    told.upheld("late", "severe", 12, "2025-01-02T10:00")
    assert told.rows("2025-01-02T10:00") == [("big", 36, "in_force"), ("late", 12, "absorbed")]
    reversal, entry = told.give(told.regrade("big", "n", "severe", 24, "2025-01-03T10:00"))[-2:]
    assert isinstance(reversal, ViolationReversed)
    assert isinstance(entry, SevereViolationRecorded)
    assert [change.change for change in (*reversal.sanctions, *entry.sanctions)] == ["vacated", "ordered"]
    assert told.rows("2025-01-03T10:00")[-1] == ("late", 12, "absorbed")


def test_a_stay_tells_what_it_suspends_and_what_it_uncovers() -> None:
    """The points stay; the lighter tier is in force while the heavier one is not."""
    told = Story()
    told.upheld("a", "severe", 12, "2025-03-03T10:00")
    told.upheld("b", "severe", 12, "2025-03-04T10:00")
    week, fortnight = shanghai("2025-03-10T10:00"), shanghai("2025-03-18T10:00")
    assert told.give(told.stay("b", "2025-03-05T10:00")) == [
        SanctionsStayed(
            Stay("stay b", 3, "b", shanghai("2025-03-05T10:00")),
            {"ordinary": 0, "severe": 24},
            {"ordinary": 0, "severe": 24},
            (
                SanctionChange("revived", "a", "severe", 12, shanghai("2025-03-03T10:00"), week),
                SanctionChange("stayed", "b", "severe", 24, shanghai("2025-03-04T10:00"), fortnight),
            ),
        )
    ]
    assert told.give(told.lift("b", "2025-03-06T10:00")) == [
        StayLifted(
            StayLift("lift b", 4, "b", shanghai("2025-03-06T10:00")),
            {"ordinary": 0, "severe": 24},
            {"ordinary": 0, "severe": 24},
            (SanctionChange("resumed", "b", "severe", 24, shanghai("2025-03-04T10:00"), fortnight),),
        )
    ]


def test_a_stay_tells_of_no_sanction_that_has_ended_or_is_moot() -> None:
    """Both happen, and there is nothing to suspend."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-03T10:00")
    *_, stayed = told.give(told.stay("o", "2025-03-10T10:00"))
    assert isinstance(stayed, SanctionsStayed)
    assert stayed.sanctions == ()
    told.upheld("p", "ordinary", 12, "2025-03-11T10:00")
    told.upheld("s", "severe", 48, "2025-03-12T10:00")
    (stayed,) = told.give(told.stay("p", "2025-03-13T10:00"))
    assert isinstance(stayed, SanctionsStayed)
    assert stayed.sanctions == ()
    while_it_runs, once_it_has_ended = [("stayed", "p"), ("vacated", "s")], [("vacated", "s")]
    for at, tells in (("2025-03-18T09:59", while_it_runs), ("2025-03-18T10:00", once_it_has_ended)):
        events = told.try_(ReverseEntry(told.reversal("s", at)))
        assert not isinstance(events, Refusal)
        reversed_ = events[-1]
        assert isinstance(reversed_, ViolationReversed)
        assert [(change.change, change.entry) for change in reversed_.sanctions] == tells
