"""Rows of a ledger's read model, walked in order of seller beside the accounts that are folded again."""

from collections.abc import Iterable, Iterator

from shared.kit.log.rows import Row


class SellerRows:
    """Rows in order of seller, those behind one; a seller may have several."""

    def __init__(self, rows: Iterable[Row], after: str) -> None:
        self._rows = (row for row in rows if str(row["seller"]).encode() > after.encode())
        self._next = next(self._rows, None)

    def of(self, seller: str) -> tuple[list[Row], list[Row]]:
        """Return the rows before this seller's that nobody asked for, and this seller's."""
        before: list[Row] = []
        while self._next is not None and str(self._next["seller"]).encode() < seller.encode():
            before.append(self._taken(self._next))
        own: list[Row] = []
        while self._next is not None and self._next["seller"] == seller:
            own.append(self._taken(self._next))
        return before, own

    def rest(self) -> Iterator[Row]:
        """Yield the rows that nobody asked for."""
        while self._next is not None:
            yield self._taken(self._next)

    def _taken(self, row: Row) -> Row:
        self._next = next(self._rows, None)
        return row
