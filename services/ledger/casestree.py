"""What the ledger keeps of the cases log's audit tree: how it grew by what was folded, and whose checkpoints count."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.ledger.lastaccepted import LastAccepted
from services.ledger.tables import CASES, FOLLOWED, GROWN, TRUSTED
from shared.kit.audit.checkpoint import open_checkpoint
from shared.kit.audit.notary import Extent
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.seen import Seen
from shared.kit.audit.vkey import VerifierKey, parse_vkey
from shared.kit.audit.watch import Trust
from shared.kit.log.merkle import Frontier, packed, root, unpacked
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Put, Row

NOTHING: Final[Frontier] = ()


class Known(NamedTuple):
    """What is known of the cases log: its name, whose checkpoints count, and how far it was read."""

    origin: str
    trust: Trust
    read: Extent


def frontier_at(log: EventLog, position: int) -> Frontier | None:
    """Return the frontier of the first `position` events of the cases log, None where it was never worked out."""
    row = log.get(GROWN, CASES)
    if position == 0:
        return NOTHING
    if row is None or row["position"] != position or not isinstance(row["frontier"], bytes):
        return None
    return unpacked(row["frontier"])


def grown(position: int, frontier: Frontier) -> Put:
    """Return what is written with a fold that came to `position`."""
    return Put(GROWN, {"name": CASES, "position": position, "frontier": packed(frontier)})


def trust_in(log: EventLog, origin: str, given: Sequence[VerifierKey], accepted: LastAccepted | None = None) -> Trust:
    """Return what is known of the cases log, `origin`, where an operator gave these keys; none: its own word counts.

    Keys that were learnt count as long as those they were learnt from are given. Of the row and what was `accepted`
    outside the database, the one that has seen more counts.

    Raises:
        Malformed, NoteRefused: what was kept of it is damaged, or tells two stories.
        LogUnavailable: our own log.
        OSError: what was accepted cannot be read.
    """
    rows = [log.get(TRUSTED, CASES), accepted.load() if accepted else None]
    kept = [_trust(row, origin, given) for row in rows if row is not None]
    if len({one.seen.checkpoint for one in kept if one.seen and _size(one) == max(map(_size, kept))}) > 1:
        raise NoteRefused("the two checkpoints that were kept are of one size, and of different trees")
    return max(kept, key=_size, default=Trust(tuple(given)))


def _trust(row: Row, origin: str, given: Sequence[VerifierKey]) -> Trust:
    keys = tuple(map(parse_vkey, str(row["keys"]).splitlines()))
    learnt = row["given"] == _lines(given)
    return Trust(keys if learnt else tuple(given), _seen(row["note"], keys, origin))


def _size(trust: Trust) -> int:
    return trust.seen.checkpoint.size if trust.seen else -1


def what_is_known(log: EventLog, given: Sequence[VerifierKey]) -> Known | None:
    """Return the cases log's name, whose checkpoints of it count, and how far it was read; None before its first event.

    Raises:
        Malformed, NoteRefused, LogUnavailable: see `trust_in`.
    """
    followed, grew = log.get(FOLLOWED, CASES), log.get(GROWN, CASES)
    if followed is None:
        return None
    origin, read = str(followed["source"]), Extent(0, root(NOTHING))
    if grew is not None and isinstance(grew["position"], int) and isinstance(grew["frontier"], bytes):
        read = Extent(grew["position"], root(unpacked(grew["frontier"])))
    return Known(origin, trust_in(log, origin, given), read)


def trusted(trust: Trust, given: Sequence[VerifierKey]) -> Put:
    """Return what is written when a checkpoint was accepted."""
    note = trust.seen.note if trust.seen else None
    return Put(TRUSTED, {"name": CASES, "given": _lines(given), "keys": _lines(trust.keys), "note": note})


def _seen(note: object, keys: Sequence[VerifierKey], origin: str) -> Seen | None:
    if not isinstance(note, bytes):
        return None
    return Seen(open_checkpoint(note, keys, origin), note)


def _lines(keys: Sequence[VerifierKey]) -> str:
    return "".join(f"{key}\n" for key in keys)
