"""The library's own tests of recorders and factories, against the log in a SQLite file."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import TestCase
from uuid import UUID, uuid4

import pytest
from eventsourcing import persistence
from eventsourcing import sqlite as stock
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from shared.kit.log.sqlite import SqliteFactory
from shared.kit.log.sqlite.recorder import SqliteRecorder

MODULE = "shared.kit.log.sqlite"


def factory(path: Path) -> SqliteFactory:
    made = persistence.InfrastructureFactory[Any].construct({"PERSISTENCE_MODULE": MODULE, "SQLITE_DBNAME": str(path)})
    assert isinstance(made, SqliteFactory)
    return made


class InAFile(TestCase):
    """Gives each test a factory over a file of its own; streams of our logs are named by text."""

    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.made = factory(Path(folder.name) / "log.db")
        self.addCleanup(self.made.close)

    def new_originator_id(self) -> UUID | str:
        return f"case-{uuid4()}"


class TestAggregateRecorder(InAFile, library.AggregateRecorderTestCase):
    def create_recorder(self) -> persistence.AggregateRecorder:
        return self.made.aggregate_recorder()


class TestSnapshotRecorder(InAFile, library.AggregateRecorderTestCase):
    def create_recorder(self) -> persistence.AggregateRecorder:
        self.made.application_recorder()
        return self.made.aggregate_recorder(purpose="snapshots")


class TestApplicationRecorder(InAFile, library.ApplicationRecorderTestCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return self.made.application_recorder()


class TestTrackingRecorder(InAFile, library.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return self.made.tracking_recorder()


class TestTrackingByTheLog(InAFile, library.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return self.made.process_recorder()


class TestProcessRecorder(InAFile, library.ProcessRecorderTestCase):
    def create_recorder(self) -> persistence.ProcessRecorder:
        return self.made.process_recorder()


class TestNonInterleaving(InAFile, library.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return self.made.application_recorder()


class OwnTrackingRecorder(stock.SQLiteTrackingRecorder):
    """A recorder that a follower brings along."""


class TestFactory(library.InfrastructureFactoryTestCase[SqliteFactory]):
    def setUp(self) -> None:
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = str(Path(folder.name) / "log.db")
        self.env = Environment("Test", {"PERSISTENCE_MODULE": MODULE, "SQLITE_DBNAME": path})
        super().setUp()

    def expected_factory_class(self) -> type[SqliteFactory]:
        return SqliteFactory

    def expected_aggregate_recorder_class(self) -> type[persistence.AggregateRecorder]:
        return stock.SQLiteAggregateRecorder

    def expected_application_recorder_class(self) -> type[persistence.ApplicationRecorder]:
        return SqliteRecorder

    def expected_tracking_recorder_class(self) -> type[persistence.TrackingRecorder]:
        return stock.SQLiteTrackingRecorder

    def tracking_recorder_subclass(self) -> type[persistence.TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[persistence.ProcessRecorder]:
        return SqliteRecorder


def test_the_library_names_streams_by_text_here(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="must be text"):
        SqliteFactory({"SQLITE_DBNAME": str(tmp_path / "log.db"), "ORIGINATOR_ID_TYPE": "uuid"})
    made = factory(tmp_path / "log.db")
    recorder = made.application_recorder()
    with pytest.raises(TypeError, match="named by text"):
        recorder.insert_events([persistence.StoredEvent(uuid4(), 1, "topic", b"state")])
    assert recorder.max_notification_id() is None
    made.close()


@pytest.mark.parametrize("name", [":memory:", "file::memory:?cache=shared", ""])
def test_a_log_needs_a_file(name: str) -> None:
    with pytest.raises(OSError, match=r"SQLITE_DBNAME"):
        SqliteFactory({"SQLITE_DBNAME": name})
