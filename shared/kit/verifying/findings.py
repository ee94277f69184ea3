"""What a verification finds: each difference with its place, all of them counted, the first ones told."""

from collections.abc import Iterable
from typing import Final

import msgspec

MOST_TOLD: Final = 100


class Finding(msgspec.Struct, frozen=True):
    """One difference. `position` is that of the event it concerns, 0 where it concerns none; `column` may name several.

    `row` is the key of a row beside the log, empty for the log's own tables. `detail` says what would have to be true.
    """

    table: str
    column: str
    position: int
    detail: str
    row: str = ""


class Findings:
    """Collects differences in the order in which they are met: `told` the first `MOST_TOLD`, `count` all.

    `notes` say what could not be compared, and why: that is no difference.
    """

    def __init__(self) -> None:
        self.told: list[Finding] = []
        self.notes: list[str] = []
        self.count = 0

    def add(self, table: str, column: str, position: int, detail: str, row: str = "") -> None:
        """Add one. Texts of the store are told in ASCII and cut short: whoever changed them wrote them."""
        self.count += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(Finding(table, column, position, shown(detail, 300), shown(row, 200)))

    def note(self, text: str) -> None:
        """Say what is not compared. Notes are few: each check has one at most."""
        self.notes.append(shown(text, 300))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add several."""
        for one in findings:
            self.add(one.table, one.column, one.position, one.detail, one.row)


def shown(value: object, most: int = 80) -> str:
    """Return a value as it may be printed: ASCII, on one line, at most `most` characters."""
    text = ascii(value)[1:-1] if isinstance(value, str) else ascii(value)
    return text if len(text) <= most else f"{text[: most - 3]}..."
