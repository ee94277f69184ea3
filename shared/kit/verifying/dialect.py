"""What the stores of a log call differently."""

from dataclasses import dataclass
from typing import Final

KEPT_FOR_EVER: Final = ("stored_events", "log_identity", "kept_responses")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What stores call differently; `guards` asks for the triggers that are there, `armed` are those that must be."""

    position: str
    mark: str
    tracking: str
    guards: str
    armed: frozenset[str]


SQLITE: Final = Dialect(
    position="rowid",
    mark="?",
    tracking="tracking",
    guards="SELECT name FROM sqlite_master WHERE type = 'trigger'",
    armed=frozenset(f"{table}_keep_{action}" for table in KEPT_FOR_EVER for action in ("UPDATE", "DELETE")),
)
POSTGRES: Final = Dialect(
    position="notification_id",
    mark="%s",
    tracking="notification_tracking",
    guards="SELECT relname || ' ' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE tgenabled = 'A' AND relnamespace = to_regnamespace(current_schema())",
    armed=frozenset(f"{table} append_only" for table in KEPT_FOR_EVER),
)
