"""Publishing a rulebook: new versions behind those there are, each with the report of a simulation that supposed it.

What is published never changes: a candidate that says anything else of a published version is refused. The report says
what was simulated, by digests; that the ledger made it, its seal says, by a key that whoever publishes names.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from pathlib import Path

from shared.kit.audit.vkey import VerifierKey
from shared.kit.placing import place
from shared.rulebook.digest import digest_of
from shared.rulebook.loader import load_timeline
from shared.rulebook.model import RulebookVersion, Timeline
from shared.rulebook.publications import record
from shared.rulebook.refused import PublicationRefused, read_json
from shared.rulebook.reports import Attached, attached

__all__ = ["PublicationRefused", "publish"]


def publish(
    candidate: Path, onto: Path, reports: Sequence[Path], keys: Sequence[VerifierKey], now: datetime
) -> list[RulebookVersion]:
    """Put the candidate's text in the place of the rulebook file `onto`, and return the versions that this adds.

    `keys` are those that the ledger's log signs with; one of them sealed each report. The reports are kept beside it,
    in `<name>.reports`, and what was published when in `<name>.publications.json`; both are there before the file is.
    Given again after a crash, it does what is left to do.

    Raises:
        PublicationRefused: see there; nothing is written.
        RulebookError: a file is no sound rulebook.
        OSError: a file cannot be read or written.
    """
    text = candidate.read_bytes()
    proposed, current = load_timeline(candidate), load_timeline(onto)
    found = attached([read_json(report) for report in reports], keys, proposed, current)
    added = list(proposed.versions[len(current.versions) :])
    refused = [*_changed(proposed, current), *_beginning(added, now), *_lacking(added, found, proposed, current)]
    if refused:
        raise PublicationRefused(refused)
    record(onto, proposed, current, [(version, found[version.ref.digest].told) for version in added], now)
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
    added: Sequence[RulebookVersion], reports: Mapping[str, Attached], proposed: Timeline, current: Timeline
) -> Iterator[str]:
    for version in added:
        report = reports.get(version.ref.digest)
        if report is None:
            yield (
                f"{version.id} has to have a report: of a complete simulation of all accounts that supposes it, "
                f"of this candidate (digest {digest_of(proposed)}) against this rulebook (digest {digest_of(current)})"
            )
            continue
        for fault in report.faults:
            yield f"the report of {version.id} has to be {fault}"
