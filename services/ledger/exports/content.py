"""The rows of an export: one per account or one per entry, at one pair of clocks, accounts in order of name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

import msgspec

from services.ledger.accounts import every_account
from services.ledger.domain.course import course_of
from services.ledger.domain.facts import Entry, Fact, Reversal
from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.standing import known_by, standing_in
from services.ledger.history import History, read_histories
from services.ledger.posting import Codec
from services.ledger.rendering import Asked, body_of
from shared.kit.log.model import EventLog
from shared.rulebook.model import Timeline

Content: TypeAlias = Literal["entries", "standings"]
Row: TypeAlias = Mapping[str, Any]

BATCH: Final = 500  # accounts that are in memory at once
COUNTED: Final = 10_000  # names, where nothing else is read


@dataclass
class Exported:
    """What was exported: rows, accounts, and which accounts could not answer (in quarantine)."""

    rows: int = 0
    accounts: int = 0
    quarantined: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Export:
    """One export at `as_of` by what was known at `known_at` and through `known_position` (both inclusive)."""

    log: EventLog
    codec: Codec
    timeline: Timeline
    as_of: datetime
    known_at: datetime | None
    known_position: int

    def rows(self, content: Content, done: Exported) -> Iterator[Row]:
        """Yield the rows of this content; `done` is kept up to date meanwhile.

        Raises:
            LogUnavailable: the log cannot be read now.
        """
        for history in self._histories(done):
            facts = known_by(history.account.facts, self.known_at, self.known_position)
            found = [self._standing(history, facts)] if content == "standings" else self._entries(history, facts)
            for row in found:
                done.rows += 1
                yield row

    def count(self) -> int:
        """Return how many accounts there are; for showing how far an export is."""
        return sum(map(len, every_account(self.log, COUNTED)))

    def _histories(self, done: Exported) -> Iterator[History]:
        for names in every_account(self.log, BATCH):
            for history in read_histories(names, self.log, self.codec):
                done.accounts += 1
                if history.account.quarantine is not None:
                    done.quarantined.append(history.account.seller)
                else:
                    yield history

    def _standing(self, history: History, facts: Sequence[Fact]) -> Row:
        """The standing as the API answers it at these clocks."""
        standing = standing_in(history.account.seller, course_of(learn_all(self.timeline, facts)), self.as_of)
        asked, version = Asked(self.as_of, self.known_at), history.version_knowing(len(facts))
        row: Row = msgspec.json.decode(body_of(standing, version, asked, final=True))
        return row

    def _entries(self, history: History, facts: Sequence[Fact]) -> list[Row]:
        undone = {fact.entry: fact for fact in facts if isinstance(fact, Reversal)}
        entries = [fact for fact in facts if isinstance(fact, Entry) and fact.effective_at <= self.as_of]
        return [entry_row(history.account.seller, entry, undone.get(entry.id)) for entry in entries]


def entry_row(seller: str, entry: Entry, reversal: Reversal | None) -> Row:
    """Return one entry with what became of it, None where it counts."""
    return {
        "seller": seller,
        "entry": entry.id,
        "case": entry.case,
        "cases_position": entry.position,
        "track": entry.track,
        "grade": entry.grade,
        "points": entry.points,
        "effective_at": entry.effective_at,
        "recorded_at": entry.recorded_at,
        "regrades": entry.regrades,
        "reversed_by": None if reversal is None else reversal.id,
        "reversed_at": None if reversal is None else reversal.recorded_at,
        "reversal": None if reversal is None else reversal.kind,
        "rulebook": None if entry.rulebook is None else entry.rulebook.id,
        "rulebook_digest": None if entry.rulebook is None else entry.rulebook.digest,
    }
