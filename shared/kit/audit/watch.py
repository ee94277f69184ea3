"""What a follower demands of another log each time it looks: that its newest checkpoint continues all that it knows.

It knows the last checkpoint that it accepted, and the root of what it has read itself. Keys that sign together with one
that is trusted are trusted from then on; where none is trusted yet, those that the log names and that signed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.kit.asking import FeedUnavailable
from shared.kit.audit import checkpoint as checkpoints
from shared.kit.audit.notary import Extent
from shared.kit.audit.note import parse
from shared.kit.audit.proof import continues
from shared.kit.audit.seen import Alarm, Seen, accept
from shared.kit.audit.trust import Watched, joined, who_signed
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed

REFUSED: Final = "signing_refused"


@dataclass(frozen=True, slots=True)
class Trust:
    """What is known of a log: the keys that are trusted, none before the first look, and what was accepted last."""

    keys: tuple[VerifierKey, ...] = ()
    seen: Seen | None = None


class MustNotBeFollowed(Exception):
    """The log's newest checkpoint contradicts what is known. `note` is the one refused, empty where none was given."""

    def __init__(self, alarm: Alarm, note: bytes) -> None:
        super().__init__(f"{alarm.reason}: {alarm.message}")
        self.alarm, self.note = alarm, note


def look(log: Watched, origin: str, trust: Trust, read: Extent) -> Trust:
    """Return what is known after a look at the log of the name `origin`, of which `read` was read so far.

    Raises:
        MustNotBeFollowed: the checkpoint is not signed by a trusted key, or smaller than what was seen or read, or is
            not shown to continue both; or the log itself says that it cannot sign.
        FeedUnavailable: there is no checkpoint or proof now.
        FeedBroken: see there.
    """
    try:
        note = log.checkpoint()
    except FeedUnavailable as unavailable:
        if unavailable.code == REFUSED:
            message = "the log says that its tree does not continue what it signed last"
            raise MustNotBeFollowed(Alarm("refused", message), b"") from None
        raise
    keys = trust.keys or who_signed(note, log.keys(), origin)
    size = _size(note)
    of_read = of_seen = _proof(log, read.size, size)
    if trust.seen and trust.seen.checkpoint.size != read.size:
        of_seen = _proof(log, trust.seen.checkpoint.size, size)
    seen = accept(trust.seen, note, of_seen, keys, origin)
    if isinstance(seen, Alarm):
        raise MustNotBeFollowed(seen, note)
    now = seen.checkpoint
    if now.size < read.size:
        raise MustNotBeFollowed(Alarm("rolled_back", f"{read.size} leaves were read, the log has {now.size}"), note)
    if not continues(read.root, read.size, now.root, now.size, of_read):
        message = f"nothing shows that the log begins with the {read.size} leaves read"
        raise MustNotBeFollowed(Alarm("split", message), note)
    return Trust(joined(note, keys, log, origin), seen)


def _size(note: bytes) -> int:
    """The size that a note names, nothing verified; 0 where it names none."""
    try:
        return checkpoints.parse(parse(note).text).size
    except Malformed:
        return 0


def _proof(log: Watched, old: int, new: int) -> Sequence[bytes]:
    """The proof of growth, empty where none is needed, or where the log says that it never grew so."""
    if not 0 < old < new:
        return ()
    try:
        return log.consistency(old, new)
    except FeedUnavailable as unavailable:
        if unavailable.code == "not_in_the_log":
            return ()
        raise
