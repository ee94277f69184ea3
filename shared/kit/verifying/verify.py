"""The whole of a verification: the log's own tables, what was signed of it, kept responses, and a service's rows."""

from collections.abc import Callable, Sequence
from time import monotonic
from typing import TypeAlias

import msgspec

from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.log.instant import Clock, to_us, utc_now
from shared.kit.log.merkle import root
from shared.kit.verifying.events import Events
from shared.kit.verifying.findings import Finding, Findings, shown
from shared.kit.verifying.kept import Cites, check_kept, check_requests
from shared.kit.verifying.raw import RawLog
from shared.kit.verifying.streams import check_streams

CheckRows: TypeAlias = Callable[[RawLog, Findings], None]
"""What a service checks of the rows beside its log."""

Step: TypeAlias = Callable[[int], None]
"""Is told the position up to which events were checked."""


class Verified(msgspec.Struct, frozen=True):
    """What was found: `findings` differences, of which `told` are the first; the log's name, last position and root.

    `root` is in hexadecimal digits, null where damage leaves it open. `checkpoints` are the sizes that were compared;
    `notes` say what was not compared, and why.
    """

    log_id: str
    position: int
    root: str | None
    findings: int
    told: list[Finding]
    checkpoints: list[int]
    notes: list[str]
    seconds: float


def verify(
    raw: RawLog,
    checkpoints: Sequence[Checkpoint],
    cites: Cites,
    check_rows: CheckRows,
    step: Step = lambda _: None,
    clock: Clock = utc_now,
) -> Verified:
    """Check everything in one snapshot of a store; memory does not grow with the log. `clock` says what is to come.

    Raises:
        StoreUnavailable: the store cannot be read.
    """
    began, findings = monotonic(), Findings()
    names = raw.log_ids()
    if len(names) != 1:
        findings.add("log_identity", "log_id", 0, "the log would have to have one name")
    _guards(raw, findings)
    for table in ("log_head", "log_identity"):
        if raw.numbered(table) != [1]:
            findings.add(table, "only", 0, "the only row would have to be number 1")
    heads = raw.heads()
    events = Events(findings, names[0] if names else None, heads[0][2] if heads else 0)
    ours = [one for one in checkpoints if events.log_id in (None, one.origin)]
    compared: list[int] = []
    for told in events.check(raw.every_event(), {one.size for one in ours}, step):
        check_requests(findings, raw, told)
        compared += _compare(findings, events, [one for one in ours if one.size == events.position])
    events.end(heads, to_us(clock()))
    for one in ours:
        if one.size > events.position:
            detail = f"{one.size} events were signed, the log has {events.position}: its end is missing"
            findings.add("stored_events", "position", events.position + 1, detail)
    for one in checkpoints:
        if one.origin != events.log_id:
            findings.add("log_identity", "log_id", 0, f"what was signed is of {shown(one.origin)}")
    check_streams(findings, raw.streams())
    check_kept(findings, raw, cites)
    check_rows(raw, findings)
    frontier = events.tree.frontier
    return Verified(
        log_id=shown(events.log_id),
        position=events.position,
        root=None if frontier is None else root(frontier).hex(),
        findings=findings.count,
        told=findings.told,
        checkpoints=sorted(compared),
        notes=findings.notes,
        seconds=round(monotonic() - began, 3),
    )


def _guards(raw: RawLog, findings: Findings) -> None:
    missing = raw.disarmed()
    if missing and missing == raw.later():
        findings.note(f"the triggers {', '.join(missing)}: no program that makes them has opened this store yet")
        return
    for guard in missing:
        findings.add("", "", 0, f"the trigger {guard} would have to refuse changes", guard)


def _compare(findings: Findings, events: Events, checkpoints: Sequence[Checkpoint]) -> list[int]:
    """Compare the tree as it is with what was signed at its size; return the sizes compared."""
    frontier = events.tree.frontier
    for one in checkpoints if frontier is not None else ():
        assert frontier is not None  # noqa: S101  # no checkpoint is looked at without
        if root(frontier) != one.root:
            detail = f"the first {one.size} events are not those that were signed"
            findings.add("stored_events", "state, nodes", one.size, detail)
    return [one.size for one in checkpoints]
