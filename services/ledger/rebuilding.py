"""Makes every account row anew where rows were made by another rulebook than ours.

Rows are caches of facts: rebuilding them changes no event and no answer, only what can be answered at once.
"""

from typing import Final

from services.ledger.accounts import folded, stream_of
from services.ledger.posting import Codec
from services.ledger.standings import put, row_of
from services.ledger.tables import ACCOUNTS, CASES, FOLLOWED
from shared.kit.log.model import Append, EventLog
from shared.kit.log.rows import Put, Row, Value, Where, resume
from shared.rulebook.digest import digest_of
from shared.rulebook.model import Timeline

BATCH: Final = 500  # accounts in one append


def rules_of(timeline: Timeline) -> str:
    """Return the digest of all that rows depend on beside the facts: versions, and when they hold."""
    return digest_of(timeline)


def rebuild(log: EventLog, codec: Codec, timeline: Timeline) -> int:
    """Bring all rows to the rules of `timeline`, if they are of others; return how many were made anew.

    To be called before anybody reads or writes rows. Interrupted, it starts again.

    Raises:
        LogUnavailable: the log takes no writes now.
    """
    followed, rules = log.get(FOLLOWED, CASES), rules_of(timeline)
    if followed is None or followed["rules"] == rules:
        return 0
    done, after = 0, tuple[Value, ...]()
    while found := log.select(ACCOUNTS, Where("quarantined", "null"), limit=BATCH, after=after):
        changes = _anew(log, codec, timeline, found)
        log.append(Append(rows=lambda _, changes=changes: changes))  # type: ignore[misc]  # bound in this turn
        done, after = done + len(found), resume(ACCOUNTS, (), found[-1])
    log.append(Append(rows=lambda _: [Put(FOLLOWED, {**followed, "rules": rules})]))
    return done


def _anew(log: EventLog, codec: Codec, timeline: Timeline, rows: list[Row]) -> list[Put]:
    positions = {str(row["seller"]): row["position"] for row in rows}
    accounts = folded(positions, log.stream(*map(stream_of, positions)), codec)
    return [
        put(row_of(account, timeline, position))
        for seller, account in accounts.items()
        if isinstance(position := positions[seller], int)
    ]
