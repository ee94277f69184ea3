"""What a replay has found, for programs and for people."""

from collections.abc import Iterator

import msgspec

from services.ledger.replay.differences import Difference


class LogReport(msgspec.Struct, frozen=True):
    """One log: its name, where it was read, its last event and root, and the sizes compared with what was signed."""

    origin: str
    read_from: str
    position: int
    root: str | None
    compared: list[int]


class Replayed(msgspec.Struct, frozen=True):
    """What a replay found. `through` is the cases position up to which ledger and replay were compared, inclusive.

    `differences` are counted, the first of them `told` by cases position. `waiting` facts are in quarantine,
    `unfolded` ones the ledger has not come to yet. `peak_bytes` is memory, of the largest process.
    """

    cases: LogReport
    ledger: LogReport
    through: int
    accounts: int
    facts: int
    events: int
    entries: int
    quarantined: int
    waiting: int
    unfolded: int
    rows: int
    standings: int
    digests: int
    last_digest: str | None
    differences: int
    told: list[Difference]
    seconds: float
    peak_bytes: int


def explained(found: Replayed) -> Iterator[str]:
    """Yield a report for people, line by line; the first difference first."""
    for name, log in (("cases", found.cases), ("ledger", found.ledger)):
        signed = f", as signed at {', '.join(map(str, log.compared))}" if log.compared else ""
        yield f"{name}: {log.position} events of {log.origin}, root {log.root or 'open'}{signed}"
    compared = f"{found.events} events, {found.rows} rows, {found.standings} standings compared"
    yield f"{found.accounts} accounts, {found.facts} facts; {compared}"
    yield f"{found.digests} digests made again; {found.waiting} facts wait in {found.quarantined} quarantined accounts"
    yield f"compared through cases position {found.through}; {found.unfolded} facts behind it"
    for one in found.told:
        where = " ".join(
            part
            for part in (
                f"cases position {one.cases_position}" if one.cases_position else "",
                f"ledger position {one.ledger_position}" if one.ledger_position else "",
                one.seller,
            )
            if part
        )
        yield f"{where}: {one.code}: {one.detail}"
    if found.differences > len(found.told):
        yield f"and {found.differences - len(found.told)} more"
    rate = round((found.cases.position + found.ledger.position) / max(found.seconds, 0.001))
    yield f"{found.seconds} s, {rate} events/s, at most {found.peak_bytes >> 20} MiB in a process"
    if found.differences:
        yield "1 difference" if found.differences == 1 else f"{found.differences} differences"
    else:
        yield "replayed: nothing differs" if found.facts else "replayed: no fact lies there, so that nothing differs"
