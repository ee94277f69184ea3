"""Makes logs and recorders in memory."""

from collections.abc import Iterable

from eventsourcing import popo

from shared.kit import cloudevent
from shared.kit.log.instant import Clock
from shared.kit.log.memory.recorder import MemoryRecorder
from shared.kit.log.model import EncodeFor, EventLog
from shared.kit.log.opening import LogFactory, open_log
from shared.kit.log.rows import Table
from shared.kit.log.sequenced import SequencedLog
from shared.kit.log.shapes import Shapes


class MemoryFactory(popo.POPOFactory, LogFactory):
    """The library's factory of plain objects, with the log's own recorder. Every recorder it makes is a new store."""

    def application_recorder(self) -> MemoryRecorder:
        """Return a log's recorder: its application and its process recorder are one, as there is one sequencer."""
        return MemoryRecorder()

    def process_recorder(self) -> MemoryRecorder:
        """Return a log's recorder."""
        return MemoryRecorder()

    def event_log(self, clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        return SequencedLog(MemoryRecorder(clock, Shapes(tables), encode_for), clock)


def open_memory_log(clock: Clock, tables: Iterable[Table] = (), encode_for: EncodeFor = cloudevent.encoder) -> EventLog:
    """Return a new, empty log in memory with these read-model tables.

    Raises:
        ValueError: the tables are not well formed.
    """
    return open_log({"PERSISTENCE_MODULE": "shared.kit.log.memory"}, clock, tables, encode_for)
