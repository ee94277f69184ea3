"""Opens the log that an environment names: `PERSISTENCE_MODULE` is the module of one of our factories."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from eventsourcing.persistence import InfrastructureFactory, TrackingRecorder

from shared.kit import cloudevent
from shared.kit.log.instant import Clock
from shared.kit.log.model import EncodeFor, EventLog
from shared.kit.log.rows import Table


class LogFactory(ABC):
    """A factory of the library's that makes the log as well as the recorders under it."""

    @abstractmethod
    def event_log(self, clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        """Return the log of this factory's store, with these tables; closing the log closes the store.

        Raises:
            LogUnavailable: the store cannot be opened.
            ValueError: the tables are not well formed, or differ from those in the store.
        """


def open_log(
    env: Mapping[str, str], clock: Clock, tables: Iterable[Table] = (), encode_for: EncodeFor = cloudevent.encoder
) -> EventLog:
    """Return the log of the store that `env` names; see `LogFactory.event_log`.

    Raises:
        TypeError: `PERSISTENCE_MODULE` names a factory that makes no log.
    """
    factory: InfrastructureFactory[TrackingRecorder] = InfrastructureFactory.construct(env)
    if not isinstance(factory, LogFactory):
        raise TypeError("PERSISTENCE_MODULE must name a module of the log's own factories")
    return factory.event_log(clock, tables, encode_for)
