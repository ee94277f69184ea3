"""What the ledger's log tells of one account, compared event by event with what it would have to tell."""

from collections.abc import Sequence
from typing import NamedTuple

from services.ledger.domain.account import Account
from services.ledger.domain.events import AccountEvent, AccountReleased, StandingLapsed
from services.ledger.replay.differences import Difference, Differs, shown, unlike
from services.ledger.replay.reading import CaseFact
from services.ledger.replay.telling import telling
from shared.kit.cloudevent import Envelope, decode
from shared.rulebook.model import Timeline


class Told(NamedTuple):
    """One event of the ledger's log about the account: `window` numbers the digest its entry counts for, from 0."""

    state: bytes
    window: int | None


class Beside:
    """Reads the events of one account, in order."""

    def __init__(self, told: Sequence[Told], timeline: Timeline) -> None:
        self._told, self._timeline, self._at = told, timeline, 0
        self._read: Envelope | None = None

    def next(self) -> Envelope | None:
        """Return the event that comes next, None behind the last."""
        if self._at == len(self._told):
            return None
        if self._read is None:
            self._read = decode(self._told[self._at].state)
        return self._read

    def take(self, account: Account, event: AccountEvent, cause: CaseFact | None) -> int | None:
        """Go on behind the next event, which would have to tell of this one; return its window.

        Raises:
            Differs: there is none, or it tells something else.
        """
        told, version = self.next(), account.version + 1
        due = telling(event, version, self._timeline, None if cause is None else cause.recorded_at)
        if told is None:
            detail = f"the ledger would have to tell {due.type} with {shown(due.data)}"
            raise self.differs(account.seller, cause, "missing", detail)
        by_fact = None if isinstance(event, StandingLapsed | AccountReleased) else cause
        for name, has, would in (
            ("type", told.type, due.type),
            ("streamversion", told.streamversion, version),
            ("subject", told.subject, account.seller),
            ("stream", told.stream, f"account-{account.seller}"),
            ("time", told.time if due.at is not None else None, due.at),
            ("causationid", told.causationid, "" if by_fact is None else by_fact.id),
            ("correlationid", told.correlationid, "" if by_fact is None else by_fact.case),
        ):
            if has != would:
                detail = f"{name} would have to be {would!s}, the ledger says {has!s}"
                raise self.differs(account.seller, cause, name, detail)
        if bytes(told.data) != due.rendered():
            raise self.differs(account.seller, cause, "data", unlike(bytes(told.data), due.rendered()))
        window = self._told[self._at].window
        self._at, self._read = self._at + 1, None
        return window

    def differs(self, seller: str, cause: CaseFact | None, code: str, detail: str) -> Differs:
        """Return a difference at the next event; what it quotes of the logs is told in ASCII."""
        told = self.next()
        places = (0 if cause is None else cause.position, 0 if told is None else told.position)
        return Differs(Difference(*places, seller, code, ascii(detail)[1:-1][:1000]))
