"""An account with the events that made it: what questions about other instants, and statements, are answered from."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from services.ledger.accounts import PREFIX, stream_of
from services.ledger.domain.account import Account, evolve, open_account
from services.ledger.domain.events import AccountEvent, FactEvent, SanctionsMoved
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


@dataclass(frozen=True)
class History:
    """An account and its events, in order of version from 1; a fact told in several is one, of the first's version."""

    account: Account
    events: tuple[Told, ...]

    @cached_property
    def facts(self) -> tuple[tuple[int, FactEvent], ...]:
        """The events that tell of the account's facts, in their order, each with the version that it made."""
        return tuple((told.version, told.event) for told in self.events if isinstance(told.event, FactEvent))

    def version_knowing(self, count: int) -> int:
        """Return the version that the last of the account's first `count` facts made; 0 if there is none.

        Lapses do not count: when they are recorded depends on nothing that a question names.
        """
        return self.facts[count - 1][0] if count else 0


class Histories:
    """Reads histories; those read last stay in memory, by account and version, which never change."""

    def __init__(self, log: EventLog, codec: Codec, capacity: int) -> None:
        self._log, self._codec = log, codec
        self._kept: Lru[tuple[str, int], History] = Lru(capacity)

    def kept(self, seller: str, version: int) -> History | None:
        """Return the history of an account at `version` if it is in memory, else None."""
        return self._kept.get((seller, version))

    def of(self, seller: str, version: int) -> History:
        """Return the history of an account that has come to `version`, or further by now."""
        kept = self.kept(seller, version)
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
