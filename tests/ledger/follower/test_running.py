"""Given failures of the feed or of our own log, then the follower waits and goes on, and says so meanwhile."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from services.ledger import follower
from shared.kit.feed_client import FeedBroken, FeedPage, FeedUnavailable
from tests.support.decisions import Decisions
from tests.support.eventually import eventually
from tests.support.following import Following
from tests.support.logged import logged_by


@dataclass
class Faulty:
    """A feed that fails as often as it is told to before it goes on; checkpoints never do."""

    cases: Decisions
    failures: list[FeedUnavailable | FeedBroken] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Fail, or read."""
        self.asked.append(after)
        if self.failures:
            raise self.failures.pop(0)
        return self.cases.page(after, limit, wait_s)

    def __post_init__(self) -> None:
        """Give the log's own checkpoints, proofs and keys."""
        self.checkpoint, self.consistency = self.cases.checkpoint, self.cases.consistency
        self.keys = self.cases.keys


@contextmanager
def running(ledger: Following) -> Iterator[threading.Event]:
    """Run the follower in a thread until the end; yields what stops it."""
    stop = threading.Event()
    thread = threading.Thread(target=ledger.follower.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "FIRST_DELAY_S", 0.001)


def test_a_feed_that_fails_is_asked_again_from_the_same_position(cases: Decisions) -> None:
    """And nothing is lost."""
    feed = Faulty(cases, [FeedUnavailable("answered 503", 0.0), FeedUnavailable("ConnectError")])
    ledger = Following(feed, cases.clock)
    cases.ordinary("s-1")
    with running(ledger):
        eventually(lambda: ledger.progress.now.position == 1)
        eventually(lambda: ledger.follower.status.state == "following")
    assert feed.asked[:3] == [0, 0, 0]
    assert ledger.follower.status.state == "stopped"
    assert ledger.ask("s-1")["points"]["ordinary"] == 12


def test_while_it_waits_it_says_why(cases: Decisions) -> None:
    """The first failure's own pause is kept; a stop ends it."""
    ledger = Following(Faulty(cases, [FeedUnavailable("answered 503", 20.0)]), cases.clock)
    with running(ledger):
        eventually(lambda: ledger.follower.status.state == "retrying")
        assert ledger.follower.status.reason == "FeedUnavailable: answered 503"


def test_its_health_names_no_address(cases: Decisions) -> None:
    """It is open to everybody; the address stands in the service's log."""
    away = FeedUnavailable("no answer (ConnectError)", 20.0, where="http://cases.internal:8001")
    ledger = Following(Faulty(cases, [away]), cases.clock)
    with logged_by(follower) as logged, running(ledger):
        eventually(lambda: ledger.follower.status.state == "retrying")
        assert ledger.follower.status.reason == "FeedUnavailable: no answer (ConnectError)"
    assert [line.get("where") for line in logged if line.get("state") == "retrying"] == ["http://cases.internal:8001"]


def test_a_feed_that_says_what_cannot_be_ends_the_run(cases: Decisions) -> None:
    """Asking again would not make it true."""
    ledger = Following(Faulty(cases, [FeedBroken("position 3 is missing")]), cases.clock)
    ledger.follower.run(threading.Event())
    assert (ledger.follower.status.state, ledger.follower.status.reason) == ("alarmed", "position 3 is missing")


def test_a_log_that_takes_nothing_is_tried_again(cases: Decisions, ledger: Following) -> None:
    """It may come back; the position is not moved on."""
    cases.ordinary("s-1")
    ledger.log.close()
    with running(ledger):
        eventually(lambda: ledger.follower.status.state == "retrying")
    assert ledger.progress.now.position == 0


def test_it_has_caught_up_once_the_head_was_reached(cases: Decisions, ledger: Following) -> None:
    """Not before, and for good."""
    for _ in range(3):
        cases.nothing()
    seen = []
    for limit in (2, 2):
        ledger.step(limit)
        seen.append(ledger.follower.status.caught_up)
    cases.nothing()
    cases.nothing()
    ledger.step(1)
    assert [*seen, ledger.follower.status.caught_up] == [False, True, True]


def test_an_unforeseen_error_leaves_a_state_that_says_so(cases: Decisions, ledger: Following) -> None:
    """The thread ends with it; readiness tells."""
    ledger.feed = ledger.follower._feed = None  # type: ignore[assignment]  # a wiring that cannot be
    with pytest.raises(AttributeError):
        ledger.follower.run(threading.Event())
    assert ledger.follower.status.state == "stopped"
