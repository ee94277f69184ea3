"""The record beside a rulebook file: which version was published when, on the report of which simulation."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from shared.kit.placing import place
from shared.rulebook.digest import digest_of
from shared.rulebook.model import RulebookVersion, Timeline
from shared.rulebook.refused import PublicationRefused, read_json
from shared.rulebook.seals import canonical

FORMAT: Final = "demerit-publications/1"


def record(
    onto: Path,
    proposed: Timeline,
    current: Timeline,
    reports: Sequence[tuple[RulebookVersion, Any]],
    now: datetime,
) -> None:
    """Keep the reports of these versions in `<name>.reports`, and write down that they are published.

    Raises:
        PublicationRefused: what stands where the record is kept is none; nothing is written.
        OSError: a file cannot be read or written.
    """
    folder, file = onto.with_suffix(".reports"), onto.with_suffix(".publications.json")
    kept = _published(file)
    folder.mkdir(exist_ok=True)
    for version, report in reports:
        content = canonical(report)
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
    place(file, told.encode(), mode=0o644)


def _published(file: Path) -> list[dict[str, Any]]:
    """Return what was published before, oldest first."""
    if not file.exists():
        return []
    told = read_json(file)
    kept = told.get("publications") if isinstance(told, dict) and told.get("format") == FORMAT else None
    if not isinstance(kept, list) or not all(isinstance(one, dict) and "digest" in one for one in kept):
        raise PublicationRefused([f"{file} has to be the record of what was published before"])
    return kept
