"""The read model's tables, written in the transaction of the entries that they are made of."""

from typing import Final

from shared.kit.log.rows import Table

CASES: Final = "cases"  # the follower's name in tracking, and the key of its row

ACCOUNTS: Final = Table(
    "accounts",
    {
        "seller": "text",
        "version": "integer",
        "position": "integer",  # cases position of the last fact folded or parked
        "quarantined": "integer",  # cases position of the fact that could not be folded
        "parked": "integer",  # facts that wait
        "next_lapse_us": "integer",  # when time alone changes something next
    },
    key=("seller",),
    indexes=(("next_lapse_us",), ("quarantined",)),
)

NEXT: Final = Table(
    "accounts_next",  # while rows are made anew: those that have to change; work, kept in no backup
    ACCOUNTS.columns,
    key=ACCOUNTS.key,
    added=True,
)

REBUILDS: Final = Table(
    "rebuilds",  # number of the rebuild begun last, and of the one whose rows answer
    {"name": "text", "begun": "integer", "switched": "integer"},
    key=("name",),
    added=True,
)

PARKED: Final = Table(
    "parked",
    {
        "seller": "text",
        "position": "integer",
        "state": "blob",
        "leaf": "blob",  # of these bytes in the cases log's tree
    },
    key=("seller", "position"),
    later=("leaf",),
)

FOLLOWED: Final = Table(
    "followed",
    {
        "name": "text",
        "source": "text",  # the log that was met first; another one stops the follower
        "recorded_us": "integer",  # recorded time of the last event folded
        "rules": "text",  # digest of the rulebook by which rows say when time changes something
    },
    key=("name",),
)

DIGESTED: Final = Table(
    "digested",  # how far digests of standings were made: the last one's
    {
        "name": "text",
        "number": "integer",
        "digest": "text",
        "through": "integer",  # our position of its last entry
    },
    key=("name",),
)

GROWN: Final = Table(
    "grown",  # the cases log's tree, as far as it was folded
    {
        "name": "text",
        "position": "integer",
        "frontier": "blob",  # roots of the perfect subtrees, largest first
    },
    key=("name",),
)

TRUSTED: Final = Table(
    "trusted",  # whom to believe about the cases log
    {
        "name": "text",
        "given": "text",  # the keys that an operator gave, from which trust began; empty: the log's own word
        "keys": "text",  # verifier keys that are trusted by now, one a line
        "note": "blob",  # the checkpoint accepted last
    },
    key=("name",),
)

KEPT: Final = (ACCOUNTS, PARKED, FOLLOWED, DIGESTED, GROWN, TRUSTED)  # what a backup holds
TABLES: Final = (*KEPT, NEXT, REBUILDS)
