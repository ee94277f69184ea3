"""What digests of standings tell of one account, made from its facts: a hash for each window of entries."""

from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from services.ledger.domain.account import Account, course
from services.ledger.domain.answer import Held
from services.ledger.domain.course import Course
from services.ledger.domain.standing import held_in
from shared.kit.cloudevent import canonical
from shared.rulebook.model import Timeline

HELD: Final = tuple(field.name for field in fields(Held))


class Line(NamedTuple):
    """What a digest's window tells of an account: the SHA-256 of its line."""

    window: int
    hash: bytes


class Lines:
    """Collects the lines of one account in `made`: of each window, how it stood with its last entry there."""

    def __init__(self, timeline: Timeline) -> None:
        self.made: list[Line] = []
        self._timeline = timeline
        self._pending: tuple[int, Account, Course, datetime] | None = None

    def entered(self, account: Account, window: int | None, recorded_at: datetime) -> None:
        """Hear that an entry of this window (None: of none that is asked for) counts on the account, recorded then."""
        if self._pending is not None and self._pending[0] != window:
            self.end()
        self._pending = None if window is None else (window, account, course(account, self._timeline), recorded_at)

    def end(self) -> None:
        """Make the line of the last entry that counted."""
        if self._pending is None:
            return
        window, account, known, recorded_at = self._pending
        held = held_in(known, recorded_at)
        told = {"seller": account.seller, "account_version": account.version, "as_of": recorded_at}
        line = canonical(told | {name: getattr(held, name) for name in HELD})
        self.made.append(Line(window, sha256(line).digest()))
        self._pending = None
