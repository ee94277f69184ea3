"""Given a cases log that says what must not be passed over, then following stops, and what was before it is folded."""

import threading
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from services.ledger.casefacts import FollowerAlarm
from shared.contracts.decisions import ORDINARY_UPHELD, PinnedRef
from shared.kit.cloudevent import Draft, canonical, encoder
from shared.kit.feed_client import FeedPage
from tests.support.decisions import FIRST, Decisions
from tests.support.following import Following


def alarm_of(ledger: Following, page: FeedPage) -> FollowerAlarm:
    """Return the alarm that this page raises."""
    with pytest.raises(FollowerAlarm) as raised:
        ledger.follower.step(page)
    return raised.value


def page_of(events: Sequence[bytes], head: int | None = None) -> FeedPage:
    """Return a page of these events from the start of a log."""
    return FeedPage(list(events), len(events), len(events) if head is None else head, FIRST)


def test_an_unknown_type_that_moves_points_stops_the_follower(cases: Decisions, ledger: Following) -> None:
    """Facts before it count; it is met again after a restart."""
    cases.ordinary("s-1")
    cases.add("demerit.cases.penalty_forgiven.v1", "s-1", {"points": 6})
    cases.ordinary("s-2")
    alarm = alarm_of(ledger, cases.page(0, 10))
    assert (alarm.code, alarm.position) == ("unknown_type", 2)
    assert ledger.progress.now.position == 1
    assert ledger.ask("s-1")["points"]["ordinary"] == 12
    restarted = Following(cases, cases.clock, ledger.log)
    assert alarm_of(restarted, cases.page(1, 10)).position == 2


def test_a_known_type_of_a_new_version_stops_the_follower_too(cases: Decisions, ledger: Following) -> None:
    """Its meaning may have changed."""
    cases.add(ORDINARY_UPHELD.replace(".v1", ".v2"), "s-1", cases.upheld(12, "general", ()))
    assert alarm_of(ledger, cases.page(0, 10)).code == "unknown_type"


@pytest.mark.parametrize("pinned", [PinnedRef("TB-2012", "0" * 64), PinnedRef("TB-2099", "0" * 64)])
def test_an_unknown_rulebook_stops_the_follower(pinned: PinnedRef) -> None:
    """By its digest, not by its name."""
    cases = Decisions(rulebook=pinned)
    cases.ordinary("s-1")
    assert alarm_of(Following(cases, cases.clock), cases.page(0, 10)).code == "unknown_rulebook"


def test_a_fact_about_nobody_stops_the_follower(cases: Decisions, ledger: Following) -> None:
    """There is no account that it could wait for."""
    cases.add(ORDINARY_UPHELD, "", cases.upheld(12, "general", ()))
    assert alarm_of(ledger, cases.page(0, 10)).code == "unknown_account"


def test_another_log_than_the_one_met_first_stops_the_follower(cases: Decisions, ledger: Following) -> None:
    """Also after a restart, also at the next position."""
    cases.nothing()
    ledger.step()
    other = Decisions()
    other.nothing()
    other.ordinary("s-1", at=FIRST + timedelta(hours=1))
    restarted = Following(cases, cases.clock, ledger.log)
    assert alarm_of(restarted, other.page(1, 10)).code == "other_log"
    assert restarted.progress.now.position == 1


def test_a_shorter_log_stops_the_follower(cases: Decisions, ledger: Following) -> None:
    """A backup was restored, or a replica promoted too early."""
    cases.nothing()
    cases.nothing()
    ledger.step()
    assert alarm_of(ledger, FeedPage([], 1, 1, FIRST)).code == "log_went_back"


def test_a_hole_stops_the_follower(cases: Decisions, ledger: Following) -> None:
    """Inside a page, before it, or behind an empty one."""
    for _ in range(3):
        cases.nothing()
    events = cases.page(0, 10).events
    assert alarm_of(ledger, page_of([events[0], events[2]], head=3)).code == "hole"
    assert ledger.progress.now.position == 1
    assert alarm_of(ledger, page_of(events[2:], head=3)).code == "hole"
    assert alarm_of(ledger, FeedPage([], 3, 3, FIRST)).code == "hole"


def test_bytes_that_are_no_event_stop_the_follower(ledger: Following) -> None:
    """Their account is not known either."""
    for nothing in (b"{}", b"no json", b'{"sequence": 1}'):
        assert alarm_of(ledger, page_of([nothing])).code == "not_an_event"


def test_recorded_time_that_goes_back_stops_the_follower(ledger: Following) -> None:
    """Lapses could have been recorded before facts that were due earlier."""
    encode = encoder(UUID(int=7).urn)
    draft = Draft(id="e1", type="demerit.cases.x.v1", stream="c", stream_version=1, subject="s", data=canonical({}))
    events = [encode(draft, 1, FIRST), encode(msgspec.structs.replace(draft, stream_version=2), 2, FIRST)]
    assert alarm_of(ledger, page_of(events)).code == "time_went_back"


def test_an_alarm_ends_the_run_and_leaves_reading_alone(cases: Decisions, ledger: Following) -> None:
    """Its state says why; standings go on being answered."""
    cases.ordinary("s-1")
    cases.add("demerit.cases.penalty_forgiven.v1", "s-1", {})
    ledger.follower.run(threading.Event())
    status = ledger.follower.status
    assert status.state == "alarmed"
    assert "unknown_type at cases position 2" in status.reason
    assert ledger.ask("s-1")["points"]["ordinary"] == 12
