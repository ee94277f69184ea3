"""The library's own tests of recorders and factories, against the log in memory."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing import persistence, popo
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from shared.kit.log.memory import MemoryFactory
from shared.kit.log.memory.recorder import MemoryRecorder


def factory() -> MemoryFactory:
    made = persistence.InfrastructureFactory[Any].construct({"PERSISTENCE_MODULE": "shared.kit.log.memory"})
    assert isinstance(made, MemoryFactory)
    return made


class TextIds:
    """Streams of our logs are named by text."""

    def new_originator_id(self) -> UUID | str:
        return f"case-{uuid4()}"


class TestAggregateRecorder(TextIds, library.AggregateRecorderTestCase):
    def create_recorder(self) -> persistence.AggregateRecorder:
        return factory().aggregate_recorder()


class TestApplicationRecorder(TextIds, library.ApplicationRecorderTestCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return factory().application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(library.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return factory().tracking_recorder()


class TestTrackingByTheLog(library.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return factory().process_recorder()


class TestProcessRecorder(TextIds, library.ProcessRecorderTestCase):
    def create_recorder(self) -> persistence.ProcessRecorder:
        return factory().process_recorder()


class TestNonInterleaving(TextIds, library.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return factory().application_recorder()


class OwnTrackingRecorder(popo.POPOTrackingRecorder):
    """A recorder that a follower brings along."""


class TestFactory(library.InfrastructureFactoryTestCase[MemoryFactory]):
    def setUp(self) -> None:
        self.env = Environment("Test", {"PERSISTENCE_MODULE": "shared.kit.log.memory"})
        super().setUp()

    def expected_factory_class(self) -> type[MemoryFactory]:
        return MemoryFactory

    def expected_aggregate_recorder_class(self) -> type[persistence.AggregateRecorder]:
        return popo.POPOAggregateRecorder

    def expected_application_recorder_class(self) -> type[persistence.ApplicationRecorder]:
        return MemoryRecorder

    def expected_tracking_recorder_class(self) -> type[persistence.TrackingRecorder]:
        return popo.POPOTrackingRecorder

    def tracking_recorder_subclass(self) -> type[persistence.TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[persistence.ProcessRecorder]:
        return MemoryRecorder


def test_the_library_names_streams_by_text_here() -> None:
    recorder = factory().application_recorder()
    with pytest.raises(TypeError, match="named by text"):
        recorder.insert_events([persistence.StoredEvent(uuid4(), 1, "topic", b"state")])
    assert recorder.max_notification_id() is None
