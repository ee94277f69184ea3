"""Puts what nobody would write into every column of a log's file, and into the bytes of events and responses.

None of it may end a verification: each has to be a report with findings, or one that was found nothing of.
"""

import json
import random
from collections.abc import Iterator
from typing import Any, Final

from tests.support.mutations import Change, Mutated

EXTREME: Final = (2**63 - 1, -(2**63), 0, 1.5, "", "\0", "9" * 5000, b"\0", None)
TOLD: Final[tuple[Any, ...]] = (
    2**70,
    -(2**63),
    0,
    1.5,
    "",
    "\0",
    "9" * 5000,
    "9999-12-31T23:59:59.999999Z",
    None,
    [],
    {},
)
DEEP: Final = b"[" * 100_000


def columns(rows: Mutated) -> Iterator[Change]:
    """Yield a change to each extreme value, of one row of every column."""
    for table in rows.tables:
        for column in rows.columns(table):
            there = rows.values(table, column)
            for key, was in random.Random(f"{table} {column}").sample(there, min(1, len(there))):
                others = [value for value in EXTREME if type(value) is not type(was) or value != was]
                yield from (Change(table, column, key, was, value) for value in others)


def told(rows: Mutated, count: int) -> Iterator[Change]:
    """Yield so many changes of a value that an event or a kept response tells, and of some to lists without end."""
    drawn = random.Random("told")
    texts = [*rows.texts("stored_events", "state"), *rows.texts("kept_responses", "response")]
    for table, column, key, text in drawn.choices(texts, k=count):
        said = json.loads(text)
        place, name = drawn.choice([*_places(said)])
        place[name] = drawn.choice(TOLD)
        yield Change(table, column, key, text, json.dumps(said).encode())
    for table, column, key, text in (texts[0], texts[-1]):
        yield from (Change(table, column, key, text, value) for value in (DEEP, text[:-1] + b',"more":' + DEEP))


def _places(said: Any) -> Iterator[tuple[Any, Any]]:
    for name, value in said.items() if isinstance(said, dict) else enumerate(said):
        if isinstance(value, dict | list) and value:
            yield from _places(value)
        else:
            yield said, name
