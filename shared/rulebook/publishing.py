"""Publishing a rulebook: new versions behind those there are, each with the report of a simulation that supposed it.

What is published never changes: a candidate that says anything else of a published version is refused. The report says
what was simulated, by digests; that it was made by a ledger is not proven here.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

import msgspec

from shared.kit.placing import place
from shared.rulebook.digest import digest_of
from shared.rulebook.loader import load_timeline
from shared.rulebook.model import RulebookVersion, Timeline

FORMAT: Final = "demerit-publications/1"
REPORT: Final = "demerit-simulation/1"
MAX_REPORT: Final = 4 << 20  # bytes


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


class PublicationRefused(ValueError):
    """The candidate cannot be published. `reasons` says all that would have to be true."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


def publish(candidate: Path, onto: Path, reports: Sequence[Path], now: datetime) -> list[RulebookVersion]:
    """Put the candidate's text in the place of the rulebook file `onto`, and return the versions that this adds.

    The reports are kept beside it, in `<name>.reports`, and what was published when in `<name>.publications.json`; both
    are there before the file is. Given again after a crash, it does what is left to do.

    Raises:
        PublicationRefused: see there; nothing is written.
        RulebookError: a file is no sound rulebook.
        OSError: a file cannot be read or written.
    """
    text = candidate.read_bytes()
    proposed, current = load_timeline(candidate), load_timeline(onto)
    attached = _attached([_read(report) for report in reports], proposed, current)
    added = list(proposed.versions[len(current.versions) :])
    refused = [*_changed(proposed, current), *_beginning(added, now), *_lacking(added, attached, proposed, current)]
    if refused:
        raise PublicationRefused(refused)
    _record(onto, proposed, current, [(version, attached[version.ref.digest]) for version in added], now)
    place(onto, text, mode=0o644)
    return added


def _changed(proposed: Timeline, current: Timeline) -> Iterator[str]:
    if proposed.name != current.name:
        yield f"the candidate's name has to be {current.name}"
    if len(proposed.versions) <= len(current.versions):
        yield "the candidate has to add a version behind those there are"
    for was, now in zip_longest(current.versions, proposed.versions[: len(current.versions)]):
        if now is None or now.ref != was.ref:
            yield f"the published version {was.id} has to stay as it is, in its place: change rules by a new version"
        elif was.effective_until is not None and now.effective_until != was.effective_until:
            yield f"the published version {was.id} has to end when it does: at {was.effective_until.isoformat()}"


def _beginning(added: Sequence[RulebookVersion], now: datetime) -> Iterator[str]:
    for version in added:
        if version.effective_from <= now:
            yield f"{version.id} has to begin after it is published: a rule does not reach back"


def _lacking(
    added: Sequence[RulebookVersion], attached: Mapping[str, Any], proposed: Timeline, current: Timeline
) -> Iterator[str]:
    for version in added:
        if version.ref.digest not in attached:
            yield (
                f"{version.id} has to have a report: of a complete simulation of all accounts that supposes it, "
                f"of this candidate (digest {digest_of(proposed)}) against this rulebook (digest {digest_of(current)})"
            )


def _attached(contents: Sequence[Any], proposed: Timeline, current: Timeline) -> dict[str, Any]:
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


def _read(report: Path) -> Any:
    with report.open("rb") as file:
        raw = file.read(MAX_REPORT + 1)
    if len(raw) > MAX_REPORT:
        raise PublicationRefused([f"{report} has to be at most {MAX_REPORT} bytes long"])
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise PublicationRefused([f"{report} has to be JSON in UTF-8"]) from None


def _record(
    onto: Path,
    proposed: Timeline,
    current: Timeline,
    attached: Sequence[tuple[RulebookVersion, Any]],
    now: datetime,
) -> None:
    folder, record = onto.with_suffix(".reports"), onto.with_suffix(".publications.json")
    kept = _published(record)
    folder.mkdir(exist_ok=True)
    for version, report in attached:
        content = json.dumps(report, sort_keys=True, separators=(",", ":")).encode()
        digest = hashlib.sha256(content).hexdigest()
        place(folder / f"{digest}.json", content, mode=0o644)
        kept = [one for one in kept if one["digest"] != version.ref.digest]
        kept.append(
            {
                "version": version.id,
                "digest": version.ref.digest,
                "published_at": now.isoformat(),
                "rulebook_before": digest_of(current),
                "rulebook_after": digest_of(proposed),
                "report": digest,
            }
        )
    told = json.dumps({"format": FORMAT, "publications": kept}, indent=2) + "\n"
    place(record, told.encode(), mode=0o644)


def _published(record: Path) -> list[dict[str, Any]]:
    """Return what was published before, oldest first."""
    if not record.exists():
        return []
    told = _read(record)
    kept = told.get("publications") if isinstance(told, dict) and told.get("format") == FORMAT else None
    if not isinstance(kept, list) or not all(isinstance(one, dict) and "digest" in one for one in kept):
        raise PublicationRefused([f"{record} has to be the record of what was published before"])
    return kept
