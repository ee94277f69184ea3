"""What a follower keeps of another log: the last checkpoint it has seen, and the demand that the next continues it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from shared.kit.audit.checkpoint import Checkpoint, OtherOrigin, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.proof import continues
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed

AlarmReason: TypeAlias = Literal["malformed", "bad_signature", "other_origin", "rolled_back", "split", "refused"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """The log must not be followed further. With the note refused and the one kept, anybody can see why."""

    reason: AlarmReason
    message: str


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint of a log that was accepted, and the note that it was read from, as evidence."""

    checkpoint: Checkpoint
    note: bytes


def accept(
    seen: Seen | None, note: bytes, proof: Sequence[bytes], keys: Sequence[VerifierKey], origin: str
) -> Seen | Alarm:
    """Return what to keep from now on, or why the checkpoint in `note` cannot be the next of this log.

    `proof` leads from the checkpoint seen to this one (empty where sizes are equal). The first one that is ever seen
    is taken on its signature. A smaller tree is `rolled_back` also where it is well signed and true: who follows has
    been further. A tree that is not shown to continue what was seen is `split`.
    """
    try:
        checkpoint = open_checkpoint(note, keys, origin)
    except Malformed as malformed:
        return Alarm("malformed", str(malformed))
    except OtherOrigin as other:
        return Alarm("other_origin", str(other))
    except NoteRefused as refused:
        return Alarm("bad_signature", str(refused))
    last = seen.checkpoint if seen else None
    if last is None:
        return Seen(checkpoint, note)
    if checkpoint.size < last.size:
        return Alarm("rolled_back", f"{last.size} leaves were seen, now the log has {checkpoint.size}")
    if not continues(last.root, last.size, checkpoint.root, checkpoint.size, proof):
        return Alarm("split", f"nothing shows that the log still begins with the {last.size} leaves seen")
    return Seen(checkpoint, note)
