"""Digests of standings made again from what the second pass kept, and compared with those that were recorded."""

from hashlib import sha256

import msgspec

from services.ledger.replay.differences import Difference
from services.ledger.replay.spool import Spool
from shared.contracts.entries import NO_DIGEST, StandingsDigestRecorded
from shared.kit.cloudevent import decode


def digests_again(spool: Spool) -> tuple[int, str | None]:
    """Make the digests again, in order, and compare; return how many agree and the last of them.

    The first one that differs is told, and no more: those behind it are chained to it. (Where an account or its row
    differs, no digest is made: that is told already.)
    """
    last = StandingsDigestRecorded(0, 0, 0, 0, 0, "", NO_DIGEST)
    recorded = spool.digests()
    for through, lines in spool.lines():
        state = next(recorded, None)
        if state is None:
            break  # it is made later than its last entry
        event = decode(state)
        digest = sha256(bytes.fromhex(last.digest) + b"".join(lines)).hexdigest()
        told = msgspec.json.decode(event.data, type=StandingsDigestRecorded)
        numbers = (last.number + 1, told.entries, len(lines), last.through, through)
        due = StandingsDigestRecorded(*numbers, last.digest, digest)
        if told != due:
            detail = f"digest {due.number} would have to be {due.digest} of {due.accounts} accounts"
            spool.found(Difference(0, event.position, "", "digest", f"{detail}, the ledger says {told.digest}"))
            return last.number, last.digest if last.number else None
        last = due
    for state in recorded:
        position = decode(state).position
        spool.found(Difference(0, position, "", "digest", "its entries would have to be there"))
        break
    return last.number, last.digest if last.number else None
