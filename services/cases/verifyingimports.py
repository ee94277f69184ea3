"""Finds imports whose keys do not fit what they recorded: each batch has one, with the digest of its events."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.cases.imports import importing
from services.cases.imports.importing import batch_digest, batch_scope
from shared.contracts.decisions import PAST_PENALTY_IMPORTED
from shared.kit.cloudevent import decode
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.kept import KEPT
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawLog
from shared.kit.verifying.unreadable import UNREADABLE

SCOPE: Final = re.compile(r"import ([\w.:-]+) ([1-9][0-9]{0,17})", re.ASCII)


@dataclass
class _Batch:
    """What one import has recorded since the last whole batch, as its digest takes it; `number` counts whole ones."""

    number: int = 0
    position: int = 0
    told: list[tuple[str, bytes]] = field(default_factory=list)


def check_imports(raw: RawLog, findings: Findings) -> None:
    """Find such keys; memory holds one batch of each import, and its name."""
    batches = Counter[str]()
    for some in grouped(_due(raw)):
        kept = {scope: digest for scope, _, digest in raw.kept([scope for _, scope, _, _ in some])}
        for import_id, scope, digest, position in some:
            batches[import_id] += 1
            if kept.get(scope) != digest:
                detail = "the key of the batch would have to be kept, with the digest of its events"
                findings.add(KEPT, "scope, digest", position, detail, scope)
    _too_many(raw, findings, batches)


def _due(raw: RawLog) -> Iterator[tuple[str, str, bytes, int]]:
    """Yield of every batch its import, its key, its digest and the position of its last event."""
    imports: dict[str, _Batch] = {}
    for event in raw.of_type(PAST_PENALTY_IMPORTED):
        try:
            envelope = decode(event.state)
        except UNREADABLE:
            continue  # that is found with the events
        batch = imports.setdefault(envelope.correlationid, _Batch())
        batch.told.append((envelope.subject, bytes(envelope.data)))
        batch.position = event.position
        if len(batch.told) == importing.BATCH:
            yield _ended(envelope.correlationid, batch)
    for import_id, batch in imports.items():
        if batch.told:
            yield _ended(import_id, batch)


def _ended(import_id: str, batch: _Batch) -> tuple[str, str, bytes, int]:
    batch.number += 1
    digest = batch_digest(batch.told)
    batch.told = []
    return import_id, batch_scope(import_id, batch.number), digest, batch.position


def _too_many(raw: RawLog, findings: Findings, batches: Mapping[str, int]) -> None:
    for scope, response, _ in raw.kept():
        named = SCOPE.fullmatch(scope) if response == b"" and isinstance(scope, str) else None
        if named is not None and int(named[2]) > batches[named[1]]:
            findings.add(KEPT, "scope", 0, "the import would have to have recorded this batch", shown(scope))
