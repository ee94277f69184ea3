"""An account with the events that made it: what questions about other instants, and statements, are answered from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.ledger.accounts import PREFIX, stream_of
from services.ledger.domain.account import Account, evolve, open_account
from services.ledger.domain.events import AccountEvent, FactEvent, SanctionsMoved, fact_of
from services.ledger.lru import Lru
from services.ledger.posting import Codec
from shared.kit.log.model import EventLog


@dataclass(frozen=True, slots=True)
class Told:
    """One event of an account: its version of the account, its position in our log, when it was recorded there."""

    version: int
    position: int
    recorded_at: datetime
    event: AccountEvent


@dataclass(frozen=True, slots=True)
class History:
    """An account and its events, in order of version from 1; a fact told in several is one, of the first's version."""

    account: Account
    events: tuple[Told, ...]

    def known(self, known_at: datetime | None, known_position: int | None) -> Iterator[tuple[Told, FactEvent]]:
        """Yield the events that tell of facts known by then, both clocks inclusive, in order."""
        for told in self.events:
            if isinstance(told.event, FactEvent):
                fact = fact_of(told.event)
                if (known_at is None or fact.recorded_at <= known_at) and (
                    known_position is None or fact.position <= known_position
                ):
                    yield told, told.event

    def version_known(self, known_at: datetime | None, known_position: int | None) -> int:
        """Return the version that the last fact known by then made; 0 if there was none.

        Lapses do not count: when they are recorded depends on nothing that a question names.
        """
        return max((told.version for told, _ in self.known(known_at, known_position)), default=0)


class Histories:
    """Reads histories; those read last stay in memory, by account and version, which never change."""

    def __init__(self, log: EventLog, codec: Codec, capacity: int) -> None:
        self._log, self._codec = log, codec
        self._kept: Lru[tuple[str, int], History] = Lru(capacity)

    def of(self, seller: str, version: int) -> History:
        """Return the history of an account that has come to `version`, or further by now."""
        kept = self._kept.get((seller, version))
        if kept is not None:
            return kept
        history = read_histories([seller], self._log, self._codec)[0]
        self._kept.put((seller, history.account.version), history)
        return history


def read_histories(sellers: Sequence[str], log: EventLog, codec: Codec) -> list[History]:
    """Return the histories of these accounts (at most `MAX_STREAMS`), in the order given, with one read."""
    accounts = {seller: open_account(seller) for seller in sellers}
    events: dict[str, list[Told]] = {seller: [] for seller in sellers}
    for stored in log.stream(*map(stream_of, sellers)):
        seller, event = stored.stream.removeprefix(PREFIX), codec.event(stored)
        account = accounts[seller] = evolve(accounts[seller], event)
        if isinstance(event, SanctionsMoved):
            events[seller][-1] = _whole(events[seller][-1], event)
        else:
            events[seller].append(Told(account.version, stored.position, stored.recorded_at, event))
    return [History(accounts[seller], tuple(events[seller])) for seller in sellers]


def _whole(told: Told, more: SanctionsMoved) -> Told:
    """Return what told of a fact, with all that it does to sanctions."""
    assert isinstance(told.event, FactEvent)  # noqa: S101  # nothing comes between the parts of one append
    return replace(told, event=replace(told.event, sanctions=told.event.sanctions + more.sanctions))
