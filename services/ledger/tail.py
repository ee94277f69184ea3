"""What another process folds, noticed here: rows it wrote are dropped from memory, and how far it has come is told.

A process that only answers reads its own log's new events to learn whose rows are old. The position that the cases are
folded through is read before them and told after them, so that nobody who waited for it gets an older row.
"""

from typing import Final

from services.ledger.accounts import PREFIX
from services.ledger.progress import Folded, Progress
from services.ledger.standings import Standings
from services.ledger.tables import CASES, FOLLOWED
from shared.kit.log.instant import from_us
from shared.kit.log.model import MAX_READ, EventLog

FAR_BEHIND: Final = 20 * MAX_READ  # events after which it is quicker to forget every row than to learn whose they are


class Tail:
    """Follows the ledger's own log. To be used by one thread, while another process has the follower's seat."""

    def __init__(self, log: EventLog, standings: Standings, progress: Progress) -> None:
        self._log, self._standings, self._progress = log, standings, progress
        self._seen = progress.now.ledger_position

    def step(self) -> None:
        """Take in what was written since the last time; raises `LogUnavailable`."""
        position, row, head = self._log.tracked(CASES), self._log.get(FOLLOWED, CASES), self._log.head().position
        recorded_us = None if row is None else row["recorded_us"]
        self._standings.look()
        self._seen = max(self._seen, self._progress.now.ledger_position)
        if head - self._seen > FAR_BEHIND:
            self._standings.forget()
            self._seen = head
        while self._seen < head:
            page = self._log.read(self._seen, MAX_READ)
            self._standings.evict({stored.stream.removeprefix(PREFIX) for stored in page.events})
            self._seen = page.scanned_through
        recorded_at = from_us(recorded_us) if isinstance(recorded_us, int) else None
        if (position, head) != (self._progress.now.position, self._progress.now.ledger_position):
            self._progress.tell(Folded(position, recorded_at, head))
