"""What the stores of a log call differently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

KEPT_FOR_EVER: Final = ("stored_events", "log_identity", "kept_responses")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What stores call differently; `guards` asks for the triggers that are there, `armed` are those that must be.

    `own` are the rows that the store itself keeps among those of followers; `only` numbers the row of a table of one.
    """

    position: str
    only: str
    mark: str
    tracking: str
    guards: str
    armed: frozenset[str]
    own: Mapping[str, int] = field(default_factory=dict)


SQLITE: Final = Dialect(
    position="rowid",
    only="only",
    mark="?",
    tracking="tracking",
    guards="SELECT name FROM sqlite_master WHERE type = 'trigger'",
    armed=frozenset(f"{table}_keep_{action}" for table in KEPT_FOR_EVER for action in ("UPDATE", "DELETE")),
    own={"__migration__": 1},  # the library's: it keeps one row a follower
)
POSTGRES: Final = Dialect(
    position="notification_id",
    only="only_row",
    mark="%s",
    tracking="notification_tracking",
    guards="SELECT relname || ' ' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE tgenabled = 'A' AND relnamespace = to_regnamespace(current_schema())",
    armed=frozenset(f"{table} append_only" for table in KEPT_FOR_EVER),
)
