"""Accounts as folded from our own log, the last used kept in memory: valid, since there is one writer."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final

from services.ledger.domain.account import Account, evolve, open_account
from services.ledger.lru import Lru
from services.ledger.posting import Codec
from services.ledger.tables import ACCOUNTS
from shared.kit.log.model import MAX_STREAMS, EventLog, Stored
from shared.kit.log.rows import Value, resume

PREFIX: Final = "account-"


def stream_of(seller: str) -> str:
    """Return the name of an account's stream in our log."""
    return PREFIX + seller


class Accounts:
    """Loads accounts; to be used by the one writer, which says what it has committed."""

    def __init__(self, log: EventLog, codec: Codec, capacity: int) -> None:
        self._log, self._codec = log, codec
        self._kept: Lru[str, Account] = Lru(capacity)

    def load(self, sellers: Iterable[str]) -> dict[str, Account]:
        """Return these accounts as committed, opening those without events; missing ones with one read per 1 000."""
        found = {seller: self._kept.get(seller) for seller in sellers}
        missing = iter([seller for seller, account in found.items() if account is None])
        while some := list(islice(missing, MAX_STREAMS)):
            found |= folded(some, self._log.stream(*map(stream_of, some)), self._codec)
        return {seller: account for seller, account in found.items() if account is not None}

    def keep(self, accounts: Mapping[str, Account]) -> None:
        """Keep accounts as they were committed just now."""
        for seller, account in accounts.items():
            self._kept.put(seller, account)

    def forget(self) -> None:
        """Drop every account from memory: somebody else may have written."""
        self._kept.clear()


def folded(sellers: Iterable[str], events: Iterable[Stored], codec: Codec) -> dict[str, Account]:
    """Return the accounts of `sellers` as these events of theirs, in order of position, make them."""
    accounts = {seller: open_account(seller) for seller in sellers}
    for stored in events:
        seller = stored.stream.removeprefix(PREFIX)
        accounts[seller] = evolve(accounts[seller], codec.event(stored))
    return accounts


def every_account(log: EventLog, batch: int) -> Iterator[list[str]]:
    """Yield the names of all accounts in order, so many at once; those that come meanwhile may be among them."""
    after = tuple[Value, ...]()
    while found := log.select(ACCOUNTS, limit=batch, after=after):
        after = resume(ACCOUNTS, (), found[-1])
        yield [str(row["seller"]) for row in found]
