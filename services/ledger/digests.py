"""Digests of standings: every `DIGEST_ENTRIES` entries one hash over the accounts they touched, chained to the last.

A digest is a pure function of our own log. Entries are the events that tell a fact of the cases log, in order of
position here. Each account that a window's entries touched is told as it stood at the recorded time of its last entry
in the window, by the facts up to that one: what holds then, and nothing that looks ahead, since a rulebook published
later may change that. So whoever has the log can make the digest again, at any later time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Final

from services.ledger.accounts import PREFIX, Accounts
from services.ledger.domain.account import Account, course
from services.ledger.domain.answer import Held
from services.ledger.domain.course import Course, course_of
from services.ledger.domain.events import FactEvent, fact_of
from services.ledger.domain.facts import Fact
from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.standing import held_in
from services.ledger.posting import Codec
from services.ledger.tables import DIGESTED
from shared.contracts.entries import ENTRY_TYPES, NO_DIGEST, StandingsDigestRecorded
from shared.kit.cloudevent import canonical
from shared.kit.log.model import MAX_READ, EventLog, Stored
from shared.kit.log.rows import Put
from shared.rulebook.model import Timeline

NAME: Final = "standings"  # of the row that says how far digests were made
HELD: Final = tuple(field.name for field in fields(Held))


class Digests:
    """Makes the digests of one log, one after the other; to be used by its one writer.

    Between two calls it holds what the last entries touched, at most `DIGEST_ENTRIES` accounts and a fact of each.
    """

    def __init__(self, log: EventLog, codec: Codec, timeline: Timeline, accounts: Accounts, size: int) -> None:
        self._log, self._codec, self._timeline, self._accounts, self._size = log, codec, timeline, accounts, size
        self._last: StandingsDigestRecorded | None = None
        self._touched: dict[str, tuple[int, Fact]] = {}
        self._count = self._scanned = self._through = 0

    def forget(self) -> None:
        """Drop what was read: somebody else may have written."""
        self._last = None

    def due(self, head: int) -> StandingsDigestRecorded | None:
        """Return the next digest, if the log up to `head` has all its entries; reads at most that many events.

        Raises:
            LogUnavailable: the log cannot be read now.
        """
        if self._last is None:
            self._last = self._begin(self._recorded())
        while self._count < self._size and self._scanned < head:
            limit = min(self._size - self._count, MAX_READ)
            page = self._log.read(self._scanned, limit, types=sorted(ENTRY_TYPES))
            self._take(page.events)
            self._scanned = page.scanned_through
        return self._made(self._last) if self._count == self._size else None

    def recorded(self, digest: StandingsDigestRecorded) -> None:
        """Say that this digest was committed."""
        self._begin(digest)

    def _recorded(self) -> StandingsDigestRecorded:
        row = self._log.get(DIGESTED, NAME)
        if row is None:
            return StandingsDigestRecorded(0, 0, 0, 0, 0, "", NO_DIGEST)
        number, through = row["number"], row["through"]
        assert isinstance(number, int)  # noqa: S101  # the table's columns are typed
        assert isinstance(through, int)  # noqa: S101
        return StandingsDigestRecorded(number, 0, 0, 0, through, "", str(row["digest"]))

    def _begin(self, last: StandingsDigestRecorded) -> StandingsDigestRecorded:
        self._last, self._touched, self._count, self._scanned = last, {}, 0, last.through
        return last

    def _take(self, events: Sequence[Stored]) -> None:
        for stored in events:
            event = self._codec.event(stored)
            assert isinstance(event, FactEvent)  # noqa: S101  # these types alone were asked for
            self._touched[stored.stream.removeprefix(PREFIX)] = (stored.stream_version, fact_of(event))
            self._count, self._through = self._count + 1, stored.position

    def _made(self, last: StandingsDigestRecorded) -> StandingsDigestRecorded:
        return StandingsDigestRecorded(
            number=last.number + 1,
            entries=self._count,
            accounts=len(self._touched),
            after=last.through,
            through=self._through,
            previous=last.digest,
            digest=chained(last.digest, self._lines()),
        )

    def _lines(self) -> Iterator[bytes]:
        """Yield what is told of each account, in order of seller."""
        accounts = self._accounts.load(self._touched)
        if any(fact not in accounts[seller].facts for seller, (_, fact) in self._touched.items()):
            self._accounts.forget()  # another process has written to one: a quarantine was released there
            accounts = self._accounts.load(self._touched)
        for seller in sorted(self._touched):
            version, fact = self._touched[seller]
            yield line(seller, version, fact, self._course(accounts[seller], fact))

    def _course(self, account: Account, last: Fact) -> Course:
        """Return the course of an account's facts up to the last one told of it."""
        facts = account.facts[: account.facts.index(last) + 1]
        if len(facts) == len(account.facts):
            return course(account, self._timeline)
        return course_of(learn_all(self._timeline, facts))


def line(seller: str, version: int, fact: Fact, known: Course) -> bytes:
    """Return what a digest tells of an account: canonical JSON of how it stood when `fact`, its `version`, was known.

    `known` is the course of its facts up to that one.
    """
    held = held_in(known, fact.recorded_at)
    told = {"seller": seller, "account_version": version, "as_of": fact.recorded_at}
    return canonical(told | {name: getattr(held, name) for name in HELD})


def chained(previous: str, lines: Iterable[bytes]) -> str:
    """Return the digest of accounts in order of seller: SHA-256 of the one before and of each line's SHA-256."""
    hasher = sha256(bytes.fromhex(previous))
    for line in lines:
        hasher.update(sha256(line).digest())
    return hasher.hexdigest()


def put(digest: StandingsDigestRecorded) -> Put:
    """Return the change that says that digests were made up to this one."""
    return Put(
        DIGESTED,
        {"name": NAME, "number": digest.number, "digest": digest.digest, "through": digest.through},
    )
