"""What the ledger verifies of its rows about the cases log: how its tree grew, and whom to believe about it.

Whether that is the tree of the cases log, only a replay can tell, or the next look at the log itself.
"""

from services.ledger.casestree import NOTHING
from services.ledger.tables import CASES, FOLLOWED, GROWN, TRUSTED
from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.vkey import VerifierKey, parse_vkey
from shared.kit.log.merkle import HASH_BYTES, Frontier, root, unpacked
from shared.kit.log.rows import Row, Table
from shared.kit.verifying.findings import Findings
from shared.kit.verifying.raw import RawLog


def check_cases(raw: RawLog, findings: Findings, tracked: int, source: object, accepted: Checkpoint | None) -> None:
    """Find what does not fit together, where the cases log `source` was followed through position `tracked`.

    `accepted` is the checkpoint that was kept outside the store, before this snapshot of it; None: nothing is known.
    """
    row = _one(raw, findings, GROWN)
    frontier = _grown(findings, row, tracked)
    known = _one(raw, findings, TRUSTED)
    seen = _trusted(findings, known)
    if known is None and accepted is None and tracked:
        findings.note(f"{TRUSTED.name}: of what was followed, no checkpoint was accepted yet, or the row is gone")
    if accepted is not None:
        _demand(findings, known, seen, source, accepted)
    if row is None and tracked:
        detail = "how the cases log's tree grew would have to be told, from the first start of this program on"
        findings.add(GROWN.name, "name", 0, detail, CASES)
    if seen is None:
        return
    if seen.origin != source:
        findings.add(FOLLOWED.name, "source", 0, "it would have to be the log whose checkpoint was accepted", CASES)
    if frontier is not None and seen.size == tracked and root(frontier) != seen.root:
        findings.add(GROWN.name, "frontier", 0, "it would have to make the root of the checkpoint accepted", CASES)


def _demand(findings: Findings, row: Row | None, seen: Checkpoint | None, source: object, accepted: Checkpoint) -> None:
    """Find rows that are older than what was kept outside the store, or of another log or tree."""
    if source != accepted.origin:
        findings.add(FOLLOWED.name, "source", 0, "it would have to be the log in `last-accepted`", CASES)
    if row is None:
        detail = f"a checkpoint of {accepted.size} events was accepted, and would have to be told"
        findings.add(TRUSTED.name, "name", 0, detail, CASES)
    elif seen is not None and seen.size < accepted.size:
        detail = f"{accepted.size} events were accepted, the note is of {seen.size}: the row is older"
        findings.add(TRUSTED.name, "note", 0, detail, CASES)
    elif seen is not None and seen.size == accepted.size and seen.root != accepted.root:
        findings.add(TRUSTED.name, "note", 0, "it would have to be of the tree in `last-accepted`", CASES)


def _one(raw: RawLog, findings: Findings, table: Table) -> Row | None:
    rows = [*raw.rows(table)]
    if any(row["name"] != CASES for row in rows):
        findings.add(table.name, "name", 0, f"the only row would have to be that of {CASES}")
    return next((row for row in rows if row["name"] == CASES), None)


def _grown(findings: Findings, row: Row | None, tracked: int) -> Frontier | None:
    """Return the frontier of the cases log's tree at `tracked`, None where no row says it."""
    if row is None:
        return None
    if row["position"] != tracked:
        detail = f"the cases were followed through {tracked}, and would have to be hashed through there"
        findings.add(GROWN.name, "position", 0, detail, CASES)
        return None
    frontier = row["frontier"]
    if not isinstance(frontier, bytes) or len(frontier) != HASH_BYTES * tracked.bit_count():
        findings.add(GROWN.name, "frontier", 0, f"it would have to be that of {tracked} events", CASES)
        return None
    return unpacked(frontier) if frontier else NOTHING


def _trusted(findings: Findings, row: Row | None) -> Checkpoint | None:
    """Return the checkpoint accepted last, None where there is none that the keys trusted have signed."""
    if row is None:
        return None
    try:
        given, keys, note = _keys(row["given"]), _keys(row["keys"]), row["note"]
        if not set(given) <= set(keys):
            findings.add(TRUSTED.name, "given", 0, "keys that were given would have to be among those trusted", CASES)
        return open_checkpoint(note if isinstance(note, bytes) else b"", keys, keys[0].name if keys else "")
    except (ValueError, NoteRefused):
        detail = "it would have to be a checkpoint, signed by one of the keys trusted"
        findings.add(TRUSTED.name, "keys, note", 0, detail, CASES)
        return None


def _keys(lines: object) -> list[VerifierKey]:
    return [parse_vkey(line) for line in str(lines).splitlines()]
