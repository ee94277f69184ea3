"""Writers under load whose database goes away: what was acknowledged to them, and whether a log has kept it."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Event

from shared.kit.log import merkle
from shared.kit.log.model import Append, Appended, EventLog, Idempotency, LogUnavailable, Stamp
from shared.kit.log.rows import Put
from tests.support.logs import TALLIES, draft, everything, plain_root

ENDED_S = 60


@dataclass(frozen=True)
class Acknowledged:
    """The key of an append that was acknowledged, and the stamp of its event."""

    key: str
    stamp: Stamp


def keyed(stream: str, version: int = 1) -> Append:
    """Return an append whose key says at which position it was recorded."""
    key = Idempotency(f"{stream}-{version}", b"d", lambda stamps: b"%d" % stamps[-1].position)
    rows = [Put(TALLIES, {"name": stream, "count": version})]
    return Append([draft(stream, version)], lambda _: rows, key)


@contextmanager
def writing(log: EventLog, names: Sequence[str]) -> Iterator[list[Acknowledged]]:
    """Let a writer of each name append, one after the other, until the block ends, at whose end the log may fail.

    The list yielded is complete when the block is left.
    """
    said, over = list[Acknowledged](), Event()
    with ThreadPoolExecutor(len(names)) as threads:
        writers = [threads.submit(_until, log, name, over) for name in names]
        try:
            yield said
        finally:
            over.set()
        for writer in writers:
            said += writer.result(ENDED_S)


def _until(log: EventLog, name: str, over: Event) -> list[Acknowledged]:
    said: list[Acknowledged] = []
    for version in count(1):
        if over.is_set():
            break
        try:
            outcome = log.append(keyed(name, version))
        except LogUnavailable:
            assert over.wait(ENDED_S)
            break
        assert isinstance(outcome, Appended)
        said.append(Acknowledged(f"{name}-{version}", outcome.stamps[0]))
    return said


def check_kept(log: EventLog, acknowledged: Iterable[Acknowledged]) -> None:
    """Accept a log that holds what was acknowledged, at its position, with its key; whole, and in the tree."""
    stored = {event.position: event for event in everything(log)}
    assert list(stored) == list(range(1, log.head().position + 1))
    assert merkle.root(log.head().frontier) == plain_root([event.state for event in stored.values()])
    for one in acknowledged:
        kept = log.kept(one.key)
        assert stored[one.stamp.position].recorded_at == one.stamp.recorded_at
        assert kept is not None
        assert int(kept.response) == one.stamp.position
    for event in stored.values():
        assert log.kept(f"{event.stream}-{event.stream_version}") is not None


def answers(log: EventLog) -> bool:
    """Return whether a log can be read."""
    try:
        log.head()
    except LogUnavailable:
        return False
    return True
