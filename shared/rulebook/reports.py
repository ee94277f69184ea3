"""Reports of simulations, as far as publishing looks at them: of which rules they tell, and of whom."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from shared.rulebook.digest import digest_of
from shared.rulebook.model import Timeline

REPORT: Final = "demerit-simulation/1"


class Pinned(msgspec.Struct, frozen=True):
    """Id, or name, and digest."""

    digest: str
    id: str = ""


class Report(msgspec.Struct, frozen=True):
    """What of a simulation's report matters here: of which rules it tells, and whether of all accounts."""

    format: str
    candidate: Pinned
    current: Pinned
    supposed: Pinned | None
    sellers: tuple[str, ...] | None


def attached(contents: Sequence[Any], proposed: Timeline, current: Timeline) -> dict[str, Any]:
    """Return the reports that tell of this candidate, by the digest of the version they suppose."""
    found = {}
    for content in contents:
        told = content.get("report", content) if isinstance(content, dict) else content
        try:
            report = msgspec.convert(told, Report)
        except msgspec.ValidationError:
            continue
        pinned = (report.candidate.digest, report.current.digest) == (digest_of(proposed), digest_of(current))
        if report.format == REPORT and pinned and report.sellers is None and report.supposed is not None:
            found[report.supposed.digest] = told
    return found
