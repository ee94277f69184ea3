"""Reports of simulations, as far as publishing looks at them: of which rules they tell, of whom, and by whose word."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

import msgspec

from shared.kit.audit.vkey import VerifierKey
from shared.rulebook.digest import digest_of
from shared.rulebook.model import Timeline
from shared.rulebook.seals import FORMAT, unsealed

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Pinned(msgspec.Struct, frozen=True):
    """Id, or name, and digest."""

    digest: str
    id: str = ""


class Known(msgspec.Struct, frozen=True):
    """How far the ledger's log went: where it holds anything, it holds accounts."""

    ledger_position: int


class Accounts(msgspec.Struct, frozen=True):
    """How many accounts were compared, and how many could not be."""

    looked_at: int
    quarantined: int


class Report(msgspec.Struct, frozen=True, rename={"since": "from"}):
    """What of a simulation's report matters here."""

    format: str
    candidate: Pinned
    current: Pinned
    supposed: Pinned | None
    sellers: tuple[str, ...] | None
    since: Instant
    until: Instant
    known: Known
    accounts: Accounts
    decisions: dict[str, float]  # whole numbers, but one that was altered is to meet its seal
    seal: str | None = None


class Attached(NamedTuple):
    """A report of this candidate as it was given, and what it would have to be to count: nothing, if it does."""

    told: Any
    faults: tuple[str, ...]


def attached(
    contents: Sequence[Any], keys: Sequence[VerifierKey], proposed: Timeline, current: Timeline
) -> dict[str, Attached]:
    """Return the reports that tell of this candidate, by the digest of the version they suppose.

    Of several of one version, one that counts. `keys` are those of the ledger; what a report says of keys is not asked.
    """
    found: dict[str, Attached] = {}
    for content in contents:
        told = content.get("report", content) if isinstance(content, dict) else content
        try:
            report = msgspec.convert(told, Report)
        except msgspec.ValidationError:
            continue
        pinned = (report.candidate.digest, report.current.digest) == (digest_of(proposed), digest_of(current))
        if report.format != FORMAT or not pinned or report.sellers is not None or report.supposed is None:
            continue
        version = report.supposed.digest
        if version not in found or found[version].faults:
            found[version] = Attached(told, tuple(_faults(report, told, keys)))
    return found


def _faults(report: Report, told: Any, keys: Sequence[VerifierKey]) -> Iterator[str]:
    fault = unsealed(told, report.seal, keys)
    if fault is not None:
        yield fault
    if report.since >= report.until:
        yield "of a period that ends after it begins"
    if report.accounts.looked_at < 1 and (report.known.ledger_position > 0 or report.accounts.quarantined > 0):
        yield "of accounts that were compared: the ledger had some, and none was"
    if report.accounts.looked_at > 0 and not any(report.decisions.values()):
        yield "of a period with a decision in it: the ledger had accounts, and looked at none of their decisions"
