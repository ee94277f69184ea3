"""A folder with a rulebook, a candidate and sealed reports, to be published or refused."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from shared.kit.audit import note
from shared.kit.audit.vkey import VerifierKey
from shared.rulebook.digest import digest_of
from shared.rulebook.loader import parse_timeline
from shared.rulebook.model import RulebookVersion
from shared.rulebook.publishing import PublicationRefused, publish
from shared.rulebook.seals import sealing
from tests.support.audit import signer
from tests.support.rulebooks import SEED

NOW: Final = datetime(2026, 12, 2, tzinfo=UTC)
LEDGER: Final = signer(1)  # whose key is trusted


def sealed(told: dict[str, Any], *hands: note.Signs) -> dict[str, Any]:
    """Return a report as the ledger seals it, or whoever else signs."""
    by = hands or (LEDGER,)
    return {**told, "seal": note.sign(sealing(told, by[0].key.name), by).decode()}


def report(text: str, onto: str = SEED, version: int = 1, **changed: Any) -> dict[str, Any]:
    """Return what of the sealed report of a simulation publishing looks at, with a part that it does not."""
    proposed, current = parse_timeline(text, "candidate"), parse_timeline(onto, "current")
    supposed = proposed.versions[min(version, len(proposed.versions) - 1)].ref
    told = {
        "format": "demerit-simulation/1",
        "candidate": {"name": proposed.name, "digest": digest_of(proposed)},
        "current": {"name": current.name, "digest": digest_of(current)},
        "supposed": {"id": supposed.id, "digest": supposed.digest},
        "from": "2025-12-31T16:00:00Z",
        "until": "2026-12-01T00:00:00Z",
        "sellers": None,
        "known": {"cases_position": 9, "ledger_position": 3, "recorded_at": "2026-11-30T00:00:00Z"},
        "accounts": {"looked_at": 2, "changed": 1, "not_replayable": 0, "quarantined": 0},
        "decisions": {"changed": 7},
        "dismissals": {"same": 1},
    }
    return sealed({**told, **changed})


class Publishing:
    """A folder with a rulebook, a candidate, and reports."""

    def __init__(self, folder: Path, text: str, onto: str = SEED) -> None:
        self.candidate, self.onto = folder / "candidate.toml", folder / "rules.toml"
        self.candidate.write_text(text, "utf-8")
        self.onto.write_text(onto, "utf-8")
        self.folder = folder

    def publish(
        self, *reports: Any, now: datetime = NOW, keys: Sequence[VerifierKey] = (LEDGER.key,)
    ) -> list[RulebookVersion]:
        """Publish the candidate with these reports, sealed by one of these keys."""
        files = [self.folder / f"report-{number}.json" for number in range(len(reports))]
        for file, content in zip(files, reports, strict=True):
            file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return publish(self.candidate, self.onto, files, keys, now)

    def refused(self, *reports: Any, now: datetime = NOW, keys: Sequence[VerifierKey] = (LEDGER.key,)) -> str:
        """Return why it is refused; nothing is written."""
        before = self.onto.read_bytes()
        with pytest.raises(PublicationRefused) as refusal:
            self.publish(*reports, now=now, keys=keys)
        assert self.onto.read_bytes() == before
        assert not self.folder.joinpath("rules.reports").exists()
        return str(refusal.value)
