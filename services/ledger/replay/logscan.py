"""The first pass: one log from its first event to its head, hashed piece by piece; what matters is kept by account."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from services.ledger.replay.differences import Difference
from services.ledger.replay.keeping import NO_END, Keeping, Until
from services.ledger.replay.progress import Extent, Scanned
from services.ledger.replay.scanning import Piece, Which, read_piece
from services.ledger.replay.sources import Source, SourceUnusable
from services.ledger.replay.spool import Spool
from services.ledger.replay.workers import Workers
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.cloudevent import decode
from shared.kit.log.merkle import Frontier, grown, packed, root, unpacked

Step = Callable[[str, int, int], None]
"""Is told what goes on, how far it has come, and how far it has to go."""


class LogScan:
    """Scans one log. Of the ledger, nothing is kept from the first event on that tells of a fact behind `until`."""

    def __init__(
        self, which: Which, source: Source, extent: Extent, spool: Spool, until: Until, keeping: Keeping
    ) -> None:
        self._which, self._source, self._extent, self._spool, self._until = which, source, extent, spool, until
        self._seller, self._window, self._piece = keeping

    def run(self, workers: Workers, checkpoints: Sequence[Checkpoint], step: Step) -> Scanned:
        """Scan what is not scanned yet; return what came of the whole log, as long as its extent says that it was.

        Raises:
            SourceUnusable, LogUnavailable, FeedUnavailable: see `Source.states`; go on later in the same work folder.
        """
        scanned = self._spool.progress(self._which, Scanned) or self._begin()
        if scanned.done:
            return scanned
        known = dict.fromkeys((*checkpoints, *(self._extent.signed or ())))
        mine = [one for one in known if one.origin == scanned.origin]
        sizes = tuple({one.size for one in mine})
        for piece in workers.map(read_piece, self._jobs(scanned, sizes)):
            ended = self._take(scanned, piece, mine)
            step(self._which, piece.last, scanned.total)
            if ended:
                return scanned
        scanned.done, scanned.root = True, root(()).hex()  # it is empty
        self._spool.keep(self._which, scanned)
        return scanned

    def _begin(self) -> Scanned:
        total = self._extent.total
        if not total:
            return Scanned(0)
        first = next(self._source.states(0, 1), None)
        try:
            return Scanned(total, "" if first is None else decode(first).source)
        except ValueError:
            raise SourceUnusable(f"{self._source.shown} would have to begin with an event") from None

    def _jobs(self, scanned: Scanned, sizes: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
        for first in range(scanned.position + 1, scanned.total + 1, self._piece):
            last = min(first + self._piece - 1, scanned.total)
            yield self._source, self._which, scanned.origin, first, last, sizes

    def _take(self, scanned: Scanned, piece: Piece, checkpoints: Sequence[Checkpoint]) -> bool:
        before = unpacked(scanned.frontier)
        found = [*self._out_of_order(scanned, piece), *self._signed(scanned, piece, before, checkpoints)]
        whole = piece.last - piece.first + 1 == self._piece and piece.wrong is None
        if whole:
            frontier = grown(before, scanned.position // self._piece, piece.frontier).frontier
            scanned.frontier, scanned.position = packed(frontier), piece.last
        rows = self._facts(scanned, piece) if self._which == "cases" else self._told(scanned, piece, found)
        scanned.recorded_at = piece.ended or scanned.recorded_at
        scanned.done = piece.wrong is not None or piece.last == scanned.total
        if piece.wrong is None and scanned.done:
            subtrees = unpacked(scanned.frontier) if whole else (*before, *piece.frontier)
            scanned.root = root(subtrees).hex()
        differences = [self._spool.differ(one) for one in found]
        self._spool.keep(self._which, scanned, **rows, differences=differences)
        return scanned.done

    def _out_of_order(self, scanned: Scanned, piece: Piece) -> Iterator[Difference]:
        wrong = piece.wrong
        if wrong is None and scanned.recorded_at is not None and piece.began is not None:
            late = piece.began <= scanned.recorded_at
            wrong = (piece.first, "it would have to be recorded later than the one before") if late else None
        if wrong is not None:
            yield Difference(*self._places(wrong[0]), "", f"{self._which}_log_broken", wrong[1])

    def _places(self, position: int) -> tuple[int, int]:
        return (position, 0) if self._which == "cases" else (0, position)

    def _signed(
        self, scanned: Scanned, piece: Piece, before: Frontier, checkpoints: Sequence[Checkpoint]
    ) -> Iterator[Difference]:
        """Yield where the tree is not the one that was signed; note the sizes that were compared."""
        for one in checkpoints:
            frontier = piece.at.get(one.size)
            if frontier is None:
                continue
            scanned.compared.append(one.size)
            if root((*before, *frontier)) != one.root:
                detail = f"the first {one.size} events are not those that were signed, or followed by the ledger"
                yield Difference(*self._places(one.size), "", "checkpoint", detail)

    def _facts(self, scanned: Scanned, piece: Piece) -> dict[str, Any]:
        kept = [one for one in piece.spooled if self._until.holds(one)]
        scanned.told = max([scanned.told, *(one.position for one in kept[-1:])])
        mine = [(one.seller, one.position, one.state) for one in kept if self._seller in (None, one.seller)]
        scanned.kept += len(mine)
        return {"facts": mine}

    def _told(self, scanned: Scanned, piece: Piece, found: list[Difference]) -> dict[str, Any]:
        told: list[tuple[str, int, int | None, bytes]] = []
        windows: list[tuple[int, int]] = []
        for one in piece.spooled:
            if scanned.stopped is None and one.cases_position > self._until.position:
                scanned.stopped = one.position
            if scanned.stopped is not None:
                break
            found += scanned.order.next(one, scanned.told)
            scanned.told = max(scanned.told, one.cases_position)
            window = scanned.entries // self._window if one.entry and self._seller is None else None
            scanned.entries += one.entry
            if window is not None and scanned.entries % self._window == 0:
                windows.append((window, one.position))
            if self._seller in (None, one.seller):
                told.append((one.seller, one.position, window, one.state))
        scanned.kept += len(told)
        end = scanned.stopped or NO_END
        digests = [(one,) for one in piece.digests if decode(one).position < end]
        return {"told": told, "windows": windows, "digests": digests}
