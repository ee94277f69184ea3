"""What the stores of a log call differently."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.kit.log.sqlite.schema import GUARDS, KEPT_FOR_EVER, guard_name

_OURS: Final = ", ".join("'" + statement.replace("'", "''") + "'" for statement in GUARDS.values())


@dataclass(frozen=True, slots=True)
class Dialect:
    """What stores call differently; `tables` and `guards` ask for the tables and triggers that are there.

    `armed` are the triggers that must be; `later` are those of them that came when there were stores without: the next
    start makes them there. `columns` asks for those of a table.
    `own` are the rows that the store itself keeps among those of followers; `only` numbers the row of a table of one.
    """

    position: str
    only: str
    mark: str
    tracking: str
    tables: str
    guards: str
    armed: frozenset[str]
    columns: str
    later: frozenset[str] = frozenset()
    own: Mapping[str, int] = field(default_factory=dict)


SQLITE: Final = Dialect(
    position="rowid",
    only="only",
    mark="?",
    tracking="tracking",
    tables="SELECT name FROM sqlite_master WHERE type = 'table'",
    guards=f"SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql IN ({_OURS})",  # noqa: S608  # ours
    armed=frozenset(GUARDS),
    later=frozenset(guard_name(table, "INSERT") for table in KEPT_FOR_EVER),
    columns="SELECT name FROM pragma_table_info(?)",
    own={"__migration__": 1},  # the library's: it keeps one row a follower
)
POSTGRES: Final = Dialect(
    position="notification_id",
    only="only_row",
    mark="%s",
    tracking="notification_tracking",
    tables="SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())",
    guards="SELECT relname || ' ' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE tgenabled = 'A' AND relnamespace = to_regnamespace(current_schema())",
    armed=frozenset(f"{table} append_only" for table in KEPT_FOR_EVER),
    columns="SELECT column_name::text FROM information_schema.columns "
    "WHERE table_schema = current_schema() AND table_name = %s",
)
