"""Account rows of a ledger's read model, walked in order of seller beside the accounts that are folded again."""

from collections.abc import Iterable, Iterator

from shared.kit.log.rows import Row


class AccountRows:
    """Account rows in order of seller, behind one."""

    def __init__(self, rows: Iterable[Row], after: str) -> None:
        self._rows = (row for row in rows if str(row["seller"]).encode() > after.encode())
        self._next = next(self._rows, None)

    def of(self, seller: str) -> tuple[list[Row], Row | None]:
        """Return the rows before this seller's that nobody asked for, and this seller's."""
        before: list[Row] = []
        while self._next is not None and str(self._next["seller"]).encode() < seller.encode():
            before.append(self._next)
            self._next = next(self._rows, None)
        if self._next is None or self._next["seller"] != seller:
            return before, None
        row, self._next = self._next, next(self._rows, None)
        return before, row

    def rest(self) -> Iterator[Row]:
        """Yield the rows that nobody asked for."""
        while self._next is not None:
            yield self._next
            self._next = next(self._rows, None)
