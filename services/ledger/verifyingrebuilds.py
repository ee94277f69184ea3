"""What the ledger verifies of rebuilds: their numbers, and that none has left rows behind once it was over."""

from services.ledger.tables import ACCOUNTS, NEXT, REBUILDS
from shared.kit.log.rows import Row
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.raw import RawLog


def check_rebuilds(raw: RawLog, findings: Findings) -> None:
    """Find numbers that no rebuild has, and rows of the second set where none is under way or was cut short."""
    under_way = False
    for row in raw.rows(REBUILDS):
        if row["name"] != ACCOUNTS.name or not _numbered(row):
            detail = "the row would have to tell how often accounts were rebuilt"
            findings.add(REBUILDS.name, "name, begun, switched", 0, detail, shown(row["name"]))
        else:
            under_way = row["begun"] != row["switched"]
    if not under_way and (left := raw.count(NEXT)):
        findings.add(NEXT.name, "seller", 0, f"no rebuild is under way, and {left} rows are there")


def _numbered(row: Row) -> bool:
    begun, switched = row["begun"], row["switched"]
    return isinstance(begun, int) and isinstance(switched, int) and 0 <= switched <= begun
