"""The moment of a replay: how far both logs and the follower between them were when it began.

Both may grow while it works, or while it is interrupted; what came later is none of its business. The ledger is looked
at first, and there the follower before the log: so all that it has folded by then is told, and is in the cases log.
"""

from collections.abc import Sequence

from services.ledger.replay.asking import Asked
from services.ledger.replay.progress import Extent, Moment
from services.ledger.replay.sources import Source
from services.ledger.tables import CASES, FOLLOWED, GROWN
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.log.merkle import root, unpacked


def moment_of(asked: Asked) -> Moment:
    """Look at both logs now.

    Raises:
        SourceUnusable, LogUnavailable, FeedUnavailable: one of them cannot be read.
    """
    tracked, followed = asked.ledger.tracked(CASES), _followed(asked.ledger)
    ledger = _extent(asked.ledger, asked.signed)
    return Moment(_extent(asked.cases, ()), ledger, tracked, followed)


def _extent(source: Source, given: Sequence[Checkpoint]) -> Extent:
    told = source.signed()
    signed = None if told is None else [one for one in (*given, *told) if one.size]  # an empty log has no name
    return Extent(source.head(), signed)


def _followed(ledger: Source) -> list[Checkpoint]:
    """Return the cases log's tree as the ledger has followed it, as far as it lies beside its log."""
    sources = {str(row["name"]): str(row["source"]) for row in ledger.rows(FOLLOWED)}
    followed: list[Checkpoint] = []
    for row in ledger.rows(GROWN):
        name, position, frontier = str(row["name"]), row["position"], row["frontier"]
        if isinstance(position, int) and isinstance(frontier, bytes) and name in sources:
            followed.append(Checkpoint(sources[name], position, root(unpacked(frontier))))
    return followed
