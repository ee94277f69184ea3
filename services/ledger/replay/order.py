"""The order between accounts in a ledger's log: that of their facts in the cases log, but for facts that had to wait.

Facts are folded in order of cases position. What a release lets count stands behind it at once, in order too, and is
of its account alone. Lapses name no position: when they are recorded depends on the clock.
"""

from collections.abc import Iterator

import msgspec

from services.ledger.replay.differences import Difference
from services.ledger.replay.scanning import Spooled


class Order(msgspec.Struct):
    """Where in this order a scan stands: `released` is the account whose facts that waited may come, from `at` on.

    `broken` is set with the first event out of order; nothing is told of those behind it.
    """

    released: str | None = None
    at: int = 0
    broken: bool = False

    def next(self, event: Spooled, highest: int) -> Iterator[Difference]:
        """Go on behind an event of the ledger; yield how it is out of order. `highest` is the cases position told."""
        if event.released:
            self.released, self.at = event.seller, event.cases_position
            return
        if event.seller != self.released:
            self.released = None
        if not event.cases_position or self.broken:
            return
        least = highest if self.released is None else self.at
        if self.released is not None:
            self.at = event.cases_position
        if event.cases_position < least:
            self.broken = True
            detail = (
                f"the ledger would have to tell of cases position {event.cases_position} before it tells of {least}"
            )
            yield Difference(event.cases_position, event.position, event.seller, "order", detail)
