"""Given an account, when a fact comes, then these events or that refusal."""

import pytest

from services.ledger.domain.account import decide, evolve
from services.ledger.domain.commands import (
    AccountCommand,
    LapseThrough,
    LiftStay,
    Quarantine,
    RecordEntry,
    RegradeEntry,
    Release,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.events import (
    AccountQuarantined,
    AccountReleased,
    OrdinaryViolationRecorded,
    SanctionChange,
    SevereViolationRecorded,
    StandingLapsed,
)
from services.ledger.domain.facts import Stay, StayLift
from shared.kit.decider import Refusal
from shared.rulebook.model import Sanction
from tests.support.ladders import COUNTERFEIT_BOOK, shanghai
from tests.support.ledger_story import Story

DAY_HIDDEN = (Sanction(24, ("shop_hidden",)),)


def story() -> Story:
    """One ordinary violation on 1 March 2025, one severe on 5 March."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-01T10:00")
    told.upheld("s", "severe", 48, "2025-03-05T10:00")
    return told


def test_an_ordinary_violation_is_recorded_with_points_and_sanction() -> None:
    """The event tells points before and after, and what was ordered."""
    told = Story()
    entry = told.entry("o", "ordinary", 12, "2025-03-01T10:00")
    start, end = shanghai("2025-03-01T10:00"), shanghai("2025-03-08T10:00")
    assert told.give(RecordEntry(entry)) == [
        OrdinaryViolationRecorded(
            entry,
            {"ordinary": 0, "severe": 0},
            {"ordinary": 12, "severe": 0},
            (SanctionChange("ordered", "o", "ordinary", 12, start, end),),
        )
    ]
    assert told.account.version == 1
    assert told.account.through == start


def test_a_severe_violation_is_another_event_and_other_points() -> None:
    """Nothing of the ordinary track moves."""
    told = Story()
    entry = told.entry("s", "severe", 48, "2025-03-05T10:00")
    (event,) = told.give(RecordEntry(entry))
    assert isinstance(event, SevereViolationRecorded)
    assert event.after == {"ordinary": 0, "severe": 48}
    assert event.sanctions == (SanctionChange("ordered", "s", "severe", 48, entry.effective_at, None),)


def test_every_track_but_the_severe_one_makes_ordinary_violations() -> None:
    """A track that only data knows included."""
    told = Story(COUNTERFEIT_BOOK)
    (event,) = told.give(RecordEntry(told.entry("c", "counterfeit", 24, "2025-03-05T10:00")))
    assert isinstance(event, OrdinaryViolationRecorded)
    assert event.after == {"ordinary": 0, "severe": 0, "counterfeit": 24}


def test_time_passes_for_a_stayed_sanction_without_a_word() -> None:
    """Its end changes nothing: it stays what it was at its last instant."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-03T10:00")
    told.stayed("o", "2025-03-05T10:00")
    assert told.give(LapseThrough(shanghai("2025-12-31T00:00"))) == []
    (lapse,) = told.give(LapseThrough(shanghai("2026-01-01T00:00")))
    assert isinstance(lapse, StandingLapsed)
    assert (lapse.standing_before, lapse.standing_after) == ("watch", "good")


def test_what_lapsed_before_a_fact_is_told_before_it() -> None:
    """Served, then cleared with the year, then the fact; nothing is told again by asking for lapses."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-03T10:00")
    *lapses, _ = told.give(RecordEntry(told.entry("b", "ordinary", 12, "2026-02-03T10:00")))
    assert lapses == [
        StandingLapsed(
            shanghai("2025-03-10T10:00"),
            {"ordinary": 12, "severe": 0},
            {"ordinary": 12, "severe": 0},
            "restricted",
            "watch",
        ),
        StandingLapsed(
            shanghai("2026-01-01T00:00"), {"ordinary": 12, "severe": 0}, {"ordinary": 0, "severe": 0}, "watch", "good"
        ),
    ]
    assert told.give(LapseThrough(shanghai("2026-02-03T10:00"))) == []


def test_time_before_the_first_fact_makes_no_event() -> None:
    """An account without facts stands where it stands."""
    assert Story().give(LapseThrough(shanghai("2030-01-01T00:00"))) == []


def test_a_lapse_is_told_from_its_instant_on() -> None:
    """Due at the instant asked for is due; due one second later is not."""
    told = story()
    assert told.give(LapseThrough(shanghai("2025-12-31T23:59:59"))) == []
    (lapse,) = told.give(LapseThrough(shanghai("2026-01-01T00:00")))
    assert isinstance(lapse, StandingLapsed)
    assert lapse.after == {"ordinary": 0, "severe": 48}


def test_an_account_in_quarantine_takes_nothing_but_its_release() -> None:
    """Facts and lapses are refused with the position it began at; afterwards they are taken."""
    told = story()
    assert told.give(Quarantine(7, "event-7", "unreadable")) == [AccountQuarantined(7, "event-7", "unreadable")]
    fact = RecordEntry(told.entry("x", "ordinary", 12, "2025-03-09T10:00"))
    for command in (fact, LapseThrough(shanghai("2026-01-01T00:00")), Quarantine(8, "event-8", "again")):
        refused = told.try_(command)
        assert isinstance(refused, Refusal)
        assert (refused.code, refused.facts["position"]) == ("account_quarantined", 7)
    assert told.give(Release(7)) == [AccountReleased(7)]
    assert told.give(fact)


def refused_commands() -> list[tuple[str, AccountCommand]]:
    """Every fact that the account of `story` does not take, with the code of its refusal."""
    told = story()
    told.reversed("s", "2025-03-06T10:00")
    when = "2025-03-09T10:00"
    entry = told.entry("x", "ordinary", 12, when)
    regrade = told.regrade("o", "x", "ordinary", 6, when)
    other = told.entry("x", "ordinary", 6, when, regrades="o")
    endless, empty = (Sanction(None, ()),), (Sanction(0, ()),)
    late = told.entry("x", "ordinary", 6, "2025-03-01T10:00", "2025-03-10T10:00", regrades="o")
    return [
        ("account_not_quarantined", Release(1)),
        ("position_not_rising", RecordEntry(told.facts[0])),  # type: ignore[arg-type]  # the first fact is an entry
        ("entry_already_recorded", RecordEntry(told.entry("o", "ordinary", 12, when))),
        ("entry_already_recorded", told.regrade("o", "s", "ordinary", 6, when)),
        ("entry_unknown", ReverseEntry(told.reversal("nobody", when))),
        ("entry_already_reversed", ReverseEntry(told.reversal("s", when))),
        ("entry_already_reversed", told.regrade("s", "x", "ordinary", 12, when)),
        ("entry_unknown", told.stay("nobody", when)),
        ("entry_unknown", told.lift("nobody", when)),
        ("entry_unknown", told.stay("undo s", when)),
        ("entry_already_reversed", told.stay("s", when)),
        ("entry_already_reversed", told.lift("s", when)),
        ("sanctions_not_stayed", told.lift("o", when)),
        ("recorded_time_not_rising", told.stay("o", "2025-03-06T09:59")),
        ("recorded_time_not_rising", told.lift("o", "2025-03-06T09:59")),
        ("position_not_rising", StaySanctions(Stay("stay", 3, "o", shanghai(when)))),
        ("position_not_rising", LiftStay(StayLift("lift", 3, "o", shanghai(when)))),
        ("effective_after_recorded", RecordEntry(told.entry("x", "ordinary", 12, "2025-03-10T10:00", when))),
        ("recorded_time_not_rising", RecordEntry(told.entry("x", "ordinary", 12, "2025-03-06T09:59"))),
        ("recorded_time_not_rising", ReverseEntry(told.reversal("o", "2025-03-06T09:59"))),
        ("points_negative", RecordEntry(told.entry("x", "ordinary", -1, when))),
        ("track_not_in_rulebook", RecordEntry(told.entry("x", "counterfeit", 12, when))),
        ("track_not_in_rulebook", RecordEntry(told.entry("x", "ordinary", 12, "2011-12-31T23:59", when))),
        (
            "direct_sanction_without_hours",
            RecordEntry(told.entry("x", "ordinary", 0, when, direct=endless)),
        ),
        ("direct_sanction_without_hours", RecordEntry(told.entry("x", "ordinary", 0, when, direct=empty))),
        ("regrade_incomplete", RecordEntry(told.entry("x", "ordinary", 6, when, regrades="o"))),
        ("regrade_incomplete", ReverseEntry(told.reversal("o", when, "regraded"))),
        ("regrade_incomplete", RegradeEntry(told.reversal("o", when), regrade.entry)),
        ("regrade_incomplete", RegradeEntry(regrade.reversal, entry)),
        ("regrade_incomplete", RegradeEntry(regrade.reversal, other)),
        ("regrade_incomplete", RegradeEntry(regrade.reversal, late)),
        ("regrade_not_lower", told.regrade("o", "x", "ordinary", 12, when)),
        ("regrade_not_lower", told.regrade("o", "x", "ordinary", 18, when)),
        ("regrade_not_lower", told.regrade("o", "x", "severe", 6, when)),
        ("regrade_not_lower", told.regrade("o", "x", "ordinary", 12, when, DAY_HIDDEN)),
    ]


@pytest.mark.parametrize(("code", "command"), refused_commands())
def test_what_the_state_of_the_account_does_not_allow_is_refused(code: str, command: AccountCommand) -> None:
    """With a stable code and a sentence that says what would have to be true."""
    told = story()
    told.reversed("s", "2025-03-06T10:00")
    refused = told.try_(command)
    assert isinstance(refused, Refusal)
    assert refused.code == code
    assert refused.detail


def test_a_sanction_is_stayed_once_at_a_time() -> None:
    """The refusal names the stay that holds; lifted, it may be stayed again, and lifted only once."""
    told = story()
    told.stayed("o", "2025-03-06T10:00")
    refused = told.try_(told.stay("o", "2025-03-06T11:00"))
    assert isinstance(refused, Refusal)
    assert refused.code == "sanctions_already_stayed"
    assert refused.facts == {"entry": "o", "stayed_by": "stay o", "position": 3}
    told.stayed("s", "2025-03-06T11:00")
    told.give(told.lift("o", "2025-03-06T12:00"))
    refused = told.try_(told.lift("o", "2025-03-06T13:00"))
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.facts) == ("sanctions_not_stayed", {"entry": "o"})
    told.stayed("o", "2025-03-06T14:00", "2025-03-06T15:00")
    assert told.row("s", "2025-03-06T15:00").state == "stayed"


@pytest.mark.parametrize(("track", "points"), [("severe", 36), ("ordinary", 48), ("ordinary", 0)])
def test_a_regrade_may_lower_track_or_points(track: str, points: int) -> None:
    """From severe 48: fewer points, the lighter track with as many, or nothing."""
    told = story()
    told.regraded("s", "n", track, points, "2025-03-06T10:00")
    assert told.at("2025-03-06T10:00").points[track] == points + (12 if track == "ordinary" else 0)


def test_a_regrade_may_lower_direct_sanctions_alone() -> None:
    """Same track and points, fewer hours."""
    told = Story()
    week = (Sanction(168, ("shop_hidden",)),)
    told.give(RecordEntry(told.entry("g", "ordinary", 0, "2025-03-01T10:00", direct=week)))
    told.give(told.regrade("g", "n", "ordinary", 0, "2025-03-01T12:00", DAY_HIDDEN))
    assert told.at("2025-03-01T12:00").restricted_until == shanghai("2025-03-02T10:00")


def test_deciding_changes_nothing() -> None:
    """The same question is answered the same way, and the account stays as it was until events are folded."""
    told = story()
    account = told.account
    command = ReverseEntry(told.reversal("o", "2025-03-09T10:00"))
    events = decide(account, command, told.timeline)
    assert decide(account, command, told.timeline) == events
    assert account == told.account
    assert not isinstance(events, Refusal)
    assert evolve(account, events[-1]).version == account.version + 1
