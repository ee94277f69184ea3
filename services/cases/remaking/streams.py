"""Finds the streams of cases, recalls and imported pasts in a store, and reads them in groups."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.cases.publication import case_stream, clock_stream
from shared.kit.verifying.merging import joined
from shared.kit.verifying.raw import RawEvent, RawLog

GROUP: Final = 200  # cases in memory at once; each has two streams


def names(raw: RawLog, prefix: str) -> Iterator[tuple[str, int]]:
    """Yield what follows the prefix in streams that begin with it, with their last version, in order (by bytes)."""
    return ((name.removeprefix(prefix), last) for name, last in raw.last_versions() if name.startswith(prefix))


def case_ids(raw: RawLog) -> Iterator[str]:
    """Yield every case that has an event, in order."""
    return (case_id for case_id, _, _ in joined(names(raw, case_stream("")), names(raw, clock_stream(""))))


def events_of(raw: RawLog, some: Sequence[str]) -> dict[str, list[RawEvent]]:
    """Return the events of each of these cases, at most `GROUP`, in order of position; none for one that has none."""
    found: dict[str, list[RawEvent]] = {case_id: [] for case_id in some}
    owners = {stream(case_id): case_id for case_id in some for stream in (case_stream, clock_stream)}
    for event in raw.of_streams(list(owners)):
        found[owners[event.stream]].append(event)
    return found
