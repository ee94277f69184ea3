"""Demands, at most once a second, that the cases log's newest checkpoint continues all that was folded and seen.

A log that was put back, cut or rewritten stops the follower, and what shows it is kept in files. Where there is no
checkpoint now, following goes on; for how long already, health says.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import structlog

from services.ledger.application import Ledger
from services.ledger.casefacts import FollowerAlarm
from services.ledger.casestree import NOTHING, grown, trust_in, trusted
from services.ledger.lastaccepted import LastAccepted
from services.ledger.progress import Progress
from services.ledger.tables import TRUSTED
from shared.kit.asking import FeedUnavailable
from shared.kit.audit.notary import Extent
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.trust import Watched
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.watch import MustNotBeFollowed, Trust, look
from shared.kit.audit.wire import Malformed
from shared.kit.feed_client import FeedPage
from shared.kit.log import merkle
from shared.kit.log.model import MAX_READ, EventLog
from shared.kit.log.rows import Put
from shared.kit.placing import place

EVERY_S: Final = 1.0
MOST_S: Final = 300.0  # without a checkpoint, after which this is not well
CODES: Final = {
    "malformed": "checkpoint_malformed",
    "bad_signature": "checkpoint_not_trusted",
    "other_origin": "checkpoint_of_other_log",
    "rolled_back": "log_rolled_back",
    "split": "log_split",
    "refused": "log_not_signed",
}

_log: Final = structlog.get_logger(__name__)


class Feed(Watched, Protocol):
    """Where pages and checkpoints of the cases log come from: the feed client, or anything that keeps its promises."""

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return the events above `after`, without a hole; see `FeedClient.page`."""
        ...


class Watching:
    """Looks at the cases log for the follower, in its thread; `check` is for any.

    `size` is that of the last checkpoint accepted, 0 before the first.
    """

    def __init__(
        self,
        log: EventLog,
        ledger: Ledger,
        progress: Progress,
        feed: Feed,
        given: Sequence[VerifierKey] = (),
        alarms: Path | None = None,
        most_s: float = MOST_S,
        clock: Callable[[], float] = time.monotonic,
        accepted: LastAccepted | None = None,
    ) -> None:
        """`given` are the keys to trust, none: the log's own word; `alarms` is the folder for what shows an alarm.

        What is `accepted` outlives the database. After `most_s` seconds without a checkpoint it is overdue.
        """
        self._log, self._ledger, self._progress, self._feed = log, ledger, progress, feed
        self._given, self._alarms, self._most_s, self._clock = given, alarms, most_s, clock
        self._accepted = accepted
        self._well_at, self._due_at = clock(), 0.0
        self._trust: Trust | None = None
        self._hashed, self._frontier = 0, NOTHING
        self.size, self.reason = 0, ""

    def check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the log could be checked lately, through where it was, and if it cannot now since when."""
        unchecked_s = self._clock() - self._well_at
        why = {"unchecked_s": round(unchecked_s), "unchecked": self.reason} if self.reason else {}
        return not self.reason or unchecked_s <= self._most_s, {"checked": self.size, **why}

    def begin(self) -> None:
        """Begin to look, or take over from another process that did."""
        self._well_at, self.reason = self._clock(), ""
        self.soon()

    def soon(self) -> None:
        """Look at the next opportunity, with nothing remembered: the log or who follows it may be another one."""
        self._due_at, self._trust = 0.0, None

    def look(self) -> None:
        """Look, if it is time to.

        Raises:
            FollowerAlarm: the log must not be followed.
            FeedBroken: it says what cannot be.
            LogUnavailable: our own log.
        """
        now = self._clock()
        if now < self._due_at:
            return
        try:
            self._look(now)
        except FeedUnavailable as unavailable:
            if self.reason != unavailable.reason:
                _log.warning("cases_not_checked", reason=unavailable.reason, where=unavailable.where)
            self.reason, self._due_at = unavailable.reason, now + EVERY_S

    def _look(self, now: float) -> None:
        origin, position = self._ledger.source, self._progress.now.position
        if self._ledger.frontier is None:
            self._hash(position, now + EVERY_S)
        frontier = self._ledger.frontier
        if frontier is None:
            return  # there is more to hash, at once
        if origin is not None:
            self._accept(origin, Extent(position, merkle.root(frontier)))
            self._due_at = now + EVERY_S  # before anything is read, the first fact is awaited, and no second
        self.reason, self._well_at = "", now

    def _accept(self, origin: str, read: Extent) -> None:
        before = self._trust or self._known(origin, read)
        try:
            after = look(self._feed, origin, before, read)
        except MustNotBeFollowed as refused:
            self._tell(refused, before, read)
            raise FollowerAlarm(CODES[refused.alarm.reason], read.size, refused.alarm.message) from None
        if after.keys != before.keys:
            _log.info("cases_keys_trusted", ids=[f"{key.id:08x}" for key in after.keys])
        if after != self._trust:  # also where a row is older than what was accepted, or gone
            self._keep(trusted(after, self._given))
        self._trust, self.size = after, after.seen.checkpoint.size if after.seen else 0

    def _known(self, origin: str, read: Extent) -> Trust:
        """Return what was kept of the log; damaged, it is no reason to begin anew with whatever the log says now."""
        try:
            return trust_in(self._log, origin, self._given, self._accepted)
        except (Malformed, NoteRefused, OSError) as damaged:
            detail = (
                f"what is kept in the ledger's table `{TRUSTED.name}`, and in `last-accepted`, would have to be"
                f" keys and a note: {damaged}"
            )
            raise FollowerAlarm("trust_damaged", read.size, detail) from None

    def _keep(self, row: Put) -> None:
        """Keep what was accepted in the database, then outside it. A disk that takes nothing stops no following."""
        self._ledger.keep(row)
        if self._accepted is None:
            return
        try:
            self._accepted.keep(row.row)
        except OSError as failed:
            _log.error("accepted_not_kept", reason=type(failed).__name__)

    def _hash(self, position: int, until: float) -> None:
        """Read what was folded by a ledger that did not hash it yet, once more from the start, for its leaves alone."""
        while self._hashed < position and self._clock() < until:
            page = self._feed.page(self._hashed, min(MAX_READ, position - self._hashed))
            if not page.events:
                raise FollowerAlarm("log_went_back", page.head, f"{position} events were folded")
            leaves = map(merkle.leaf_hash, page.events)
            self._frontier = merkle.grown(self._frontier, self._hashed, leaves).frontier
            self._hashed += len(page.events)
        if self._hashed == position:
            self._ledger.keep(grown(position, self._frontier))
            self._ledger.refresh()

    def _tell(self, refused: MustNotBeFollowed, before: Trust, read: Extent) -> None:
        """Keep what shows the alarm: both notes, and what was read. A disk that takes nothing does not hide it."""
        said = f"{refused}\nread {read.size} {read.root.hex()}\n"
        told = {
            "reason.txt": said.encode(),
            "refused.checkpoint": refused.note,
            "accepted.checkpoint": before.seen.note if before.seen else b"",
            "trusted-keys": "".join(f"{key}\n" for key in before.keys).encode(),
        }
        if self._alarms is None:
            return
        try:
            self._alarms.mkdir(parents=True, exist_ok=True)
            for name, content in told.items():
                place(self._alarms / name, content)
        except OSError as failed:
            _log.error("alarm_not_kept", reason=type(failed).__name__)
