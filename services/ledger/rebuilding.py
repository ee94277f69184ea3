"""Makes the read model anew from our own log, beside live traffic if need be, and switches to it in one append.

Until then everybody reads and folds as before; afterwards everything is as the log makes it. No event comes of it.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Final

import msgspec
import structlog

from services.ledger.accounts import PREFIX, every_account
from services.ledger.nextrows import BATCH, NextRows
from services.ledger.posting import Codec
from services.ledger.tables import ACCOUNTS, CASES, DIGESTED, FOLLOWED
from shared.contracts.entries import DIGEST
from shared.kit.electing import ASK_AGAIN_S, OnlyProcess, Seat
from shared.kit.log.model import MAX_READ, EventLog, LogUnavailable
from shared.rulebook.digest import digest_of
from shared.rulebook.model import Timeline

SEAT: Final = "rebuild"  # of the one process that rebuilds
FEW: Final = 100  # accounts written to since the last look: so close, the switch is tried
ROUNDS: Final = 20  # of catching up before the switch is tried anyway
ATTEMPTS: Final = 100  # to switch between two writes of other processes

_log = structlog.get_logger(__name__)


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild has done: accounts made anew, and rows that were otherwise than the log makes them."""

    accounts: int = 0
    differing: int = 0


def rules_of(timeline: Timeline) -> str:
    """Return the digest of all that rows depend on beside the facts: versions, and when they hold."""
    return digest_of(timeline)


def rebuild(
    log: EventLog,
    codec: Codec,
    timeline: Timeline,
    seat: Seat | None = None,
    wait: Callable[[float], None] = time.sleep,
) -> Rebuilt:
    """Bring all rows to the rules of `timeline`, if they are of others or lost; return what was done.

    To be called before anybody reads rows here. Where another process has the `seat`, it is waited for. Interrupted,
    rows stay as they were, and are still told apart by their rules.

    Raises:
        LogUnavailable: the log takes no writes now.
    """
    seat = seat or OnlyProcess()
    while _due(log, timeline):
        if not seat.acquire():
            wait(ASK_AGAIN_S)
            continue
        try:
            return refill(log, codec, timeline) if _due(log, timeline) else Rebuilt()
        finally:
            seat.release()
    return Rebuilt()


def _due(log: EventLog, timeline: Timeline) -> bool:
    followed = log.get(FOLLOWED, CASES)
    return followed is not None and (followed["rules"] != rules_of(timeline) or _lost(log))


def _lost(log: EventLog) -> bool:
    """Return whether a table is empty that cannot be: it was dropped, having had another shape, and made anew."""
    if not log.select(DIGESTED, limit=1) and log.read(0, 1, types=[DIGEST]).events:
        return True
    return not log.select(ACCOUNTS, limit=1) and log.head().position > 0


def refill(
    log: EventLog,
    codec: Codec,
    timeline: Timeline,
    told: Callable[[Rebuilt], object] = lambda _: None,
    resting: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> Rebuilt:
    """Make every row anew, whatever stands there, and switch; return what was done.

    Anybody may write to the log meanwhile: what was folded by then is in the rows. Interrupted, it has changed nothing
    and may be begun again; so too where `told` raises, which hears after each group how far it is. Of this process,
    nobody writes while `resting` is entered, so that the last steps are no race with its own follower.

    Raises:
        LogUnavailable: the log takes no writes now, another rebuild has begun, or others never stop writing.
    """
    rows, rules, done = NextRows(log, codec, timeline), rules_of(timeline), 0
    for sellers in _everybody(log, rows):
        done += rows.make(sellers)
        told(Rebuilt(done, rows.differing))
    for _ in range(ROUNDS):
        again = 0
        for made in rows.catch_up():
            again += made
            told(Rebuilt(done, rows.differing))
        if again <= FEW:
            break
    for _ in range(ATTEMPTS):
        with resting():
            deque(rows.catch_up(), maxlen=0)
            if rows.switch(rules):
                return _said(Rebuilt(done, rows.differing), damaged=rows.rules == rules)
    raise LogUnavailable("others would have to stop writing for a moment: the rows are as they were")


def _said(done: Rebuilt, *, damaged: bool) -> Rebuilt:
    """Tell the log: rows that differ while the rules are the same are damage."""
    say = _log.error if damaged and done.differing else _log.info
    cause = "" if not done.differing else "damage" if damaged else "another rulebook"
    say("rebuilt", accounts=done.accounts, differing=done.differing, cause=cause)
    return done


def _everybody(log: EventLog, rows: NextRows) -> Iterator[list[str]]:
    """Yield all that have a row, then those that have events alone; whoever comes meanwhile is caught up with."""
    yield from every_account(log, BATCH)
    for sellers in _with_events(log):
        if absent := rows.absent(sellers):
            yield absent


def _with_events(log: EventLog) -> Iterator[list[str]]:
    """Yield the accounts in the order in which they came, so many at once."""
    after, group = 0, list[str]()
    while (page := log.read(after, MAX_READ)).events:
        after = page.scanned_through
        first = [one.stream for one in page.events if one.stream_version == 1 and one.stream.startswith(PREFIX)]
        for stream in first:
            group.append(stream.removeprefix(PREFIX))
            if len(group) == BATCH:
                yield group
                group = []
    if group:
        yield group
