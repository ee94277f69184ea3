"""Lets something happen to a log between any two calls that somebody makes of it: as another process would."""

from collections.abc import Callable, Sequence
from typing import Any

from shared.kit.log.grouping import GroupCommit
from shared.kit.log.model import Append, EventLog, Head, Outcome, Page, Stored
from shared.kit.log.rows import Row, Table, Value, Where


class Beside(GroupCommit):
    """A log that counts its calls; before the one of a number in `moments`, what stands there happens."""

    def __init__(self, log: EventLog, moments: dict[int, Callable[[], object]]) -> None:
        super().__init__(log)
        self.calls, self._moments = 0, moments

    def _turn(self) -> None:
        self.calls += 1
        self._moments.get(self.calls, lambda: None)()

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        self._turn()
        return super().append_batch(appends)

    def read(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> Page:
        self._turn()
        return super().read(after, limit, types=types, subject=subject)

    def stream(self, *names: str) -> list[Stored]:
        self._turn()
        return super().stream(*names)

    def head(self) -> Head:
        self._turn()
        return super().head()

    def tracked(self, name: str) -> int:
        self._turn()
        return super().tracked(name)

    def get(self, table: Table, *key: Value) -> Row | None:
        self._turn()
        return super().get(table, *key)

    def select(self, table: Table, *where: Where, **asked: Any) -> list[Row]:
        self._turn()
        return super().select(table, *where, **asked)
