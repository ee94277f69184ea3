"""A ledger that follows a cases log in a test, step by step, without threads or servers."""

from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from services.ledger.application import Ledger
from services.ledger.decisions import Limits
from services.ledger.domain.events import AccountEvent
from services.ledger.follower import Follower
from services.ledger.history import Histories
from services.ledger.lastaccepted import LastAccepted
from services.ledger.progress import Progress
from services.ledger.publication import Publication
from services.ledger.questions import Answer, Questions
from services.ledger.rendering import NOTHING_ASKED, Asked
from services.ledger.standings import Standings
from services.ledger.tables import TABLES
from services.ledger.watching import Feed, Watching
from shared.contracts.entries import DIGEST_ENTRIES
from shared.kit.decider import Refusal
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import MAX_READ, EventLog
from shared.rulebook.model import Timeline
from tests.support.decisions import SEED


@dataclass
class Following:
    """The ledger's parts over one log, wired as the composition root does. A second one on its `log` is a restart."""

    feed: Feed
    clock: Callable[[], datetime]
    store: InitVar[EventLog | None] = None
    timeline: Timeline = SEED
    limits: Limits = field(default_factory=Limits)
    alarms: Path | None = None
    entries: int = DIGEST_ENTRIES
    accepted: Path | None = None
    log: EventLog = field(init=False)

    def __post_init__(self, store: EventLog | None) -> None:
        """Wire, over a log in memory if none is given."""
        self.log = open_memory_log(self.clock, TABLES) if store is None else store
        self.codec = Publication(self.timeline, self.limits)
        self.progress = Progress()
        self.standings = Standings(self.log, 100)
        self.ledger = Ledger(
            self.log, self.codec, self.timeline, self.standings, self.progress, accounts=100, entries=self.entries
        )
        histories = Histories(self.log, self.codec, 100)
        self.questions = Questions(self.timeline, self.standings, histories, self.progress, self.clock)
        accepted = LastAccepted(self.accepted) if self.accepted else None
        self.watching = Watching(self.log, self.ledger, self.progress, self.feed, alarms=self.alarms, accepted=accepted)
        self.follower = Follower(self.ledger, self.progress, self.codec, self.feed, self.watching)

    def step(self, limit: int = MAX_READ) -> bool:
        """Fold the next page of at most `limit` events."""
        return self.follower.step(self.feed.page(self.progress.now.position, limit))

    def catch_up(self, limit: int = MAX_READ) -> None:
        """Fold pages until an empty one, that one included, and record every digest that is due."""
        while True:
            page = self.feed.page(self.progress.now.position, limit)
            self.follower.step(page)
            if not page.events and not self.ledger.digests_due:
                return

    def events(self, seller: str) -> list[AccountEvent]:
        """Return what the log tells of an account, in order."""
        return [self.codec.event(stored) for stored in self.log.stream(f"account-{seller}")]

    def ask(self, seller: str, asked: Asked = NOTHING_ASKED) -> dict[str, Any]:
        """Return the standing as its JSON says."""
        answer = self.questions.standing(seller, asked)
        assert isinstance(answer, Answer), answer
        found: dict[str, Any] = msgspec.json.decode(answer.body)
        return found

    def refusal(self, seller: str, asked: Asked = NOTHING_ASKED) -> Refusal:
        """Return why there is no standing."""
        answer = self.questions.standing(seller, asked)
        assert isinstance(answer, Refusal), answer
        return answer
