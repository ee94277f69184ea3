"""The library's own tests of recorders and factories, against the log in PostgreSQL."""

from typing import Any
from unittest import TestCase
from uuid import UUID, uuid4

import pytest
from eventsourcing import persistence
from eventsourcing import postgres as stock
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from shared.kit.log.model import LogUnavailable
from shared.kit.log.postgres import PostgresFactory
from shared.kit.log.postgres.recorder import PostgresRecorder
from tests.support.postgres import Place, place

MODULE = "shared.kit.log.postgres"


def environment(dsn: str, at: Place) -> dict[str, str]:
    return {"PERSISTENCE_MODULE": MODULE, "POSTGRES_DSN": dsn, "POSTGRES_SCHEMA": at.schema, "POSTGRES_POOL_SIZE": "20"}


def factory(env: dict[str, str]) -> PostgresFactory:
    made = persistence.InfrastructureFactory[Any].construct(env)
    assert isinstance(made, PostgresFactory)
    return made


class InASchema(TestCase):
    """Gives each test a factory over a migrated schema of its own; streams of our logs are named by text."""

    def setUp(self) -> None:
        self.place = place()
        self.place.migrate()
        self.addCleanup(self.place.drop)
        self.made = factory(environment(self.place.dsn, self.place))
        self.addCleanup(self.made.close)

    def as_owner(self) -> PostgresFactory:
        """Return a factory that may make the library's plain tables."""
        made = factory({**environment(self.place.owner, self.place), "CREATE_TABLE": "yes"})
        self.addCleanup(made.close)
        return made

    def new_originator_id(self) -> UUID | str:
        return f"case-{uuid4()}"


class TestAggregateRecorder(InASchema, library.AggregateRecorderTestCase):
    def create_recorder(self) -> persistence.AggregateRecorder:
        return self.as_owner().aggregate_recorder()


class TestSnapshotRecorder(InASchema, library.AggregateRecorderTestCase):
    def create_recorder(self) -> persistence.AggregateRecorder:
        return self.as_owner().aggregate_recorder(purpose="snapshots")


class TestApplicationRecorder(InASchema, library.ApplicationRecorderTestCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return self.made.application_recorder()

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestTrackingRecorder(InASchema, library.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return self.as_owner().tracking_recorder()


class TestTrackingByTheLog(InASchema, library.TrackingRecorderTestCase):
    def create_recorder(self) -> persistence.TrackingRecorder:
        return self.made.process_recorder()


class TestProcessRecorder(InASchema, library.ProcessRecorderTestCase):
    def create_recorder(self) -> persistence.ProcessRecorder:
        return self.made.process_recorder()


class TestNonInterleaving(InASchema, library.NonInterleavingNotificationIDsBaseCase):
    def create_recorder(self) -> persistence.ApplicationRecorder:
        return self.made.application_recorder()


class OwnTrackingRecorder(stock.PostgresTrackingRecorder):
    """A recorder that a follower brings along."""


class TestFactory(library.InfrastructureFactoryTestCase[PostgresFactory]):
    def setUp(self) -> None:
        self.place = place()
        self.place.migrate()
        self.addCleanup(self.place.drop)
        self.env = Environment("Test", environment(self.place.dsn, self.place))
        super().setUp()

    def expected_factory_class(self) -> type[PostgresFactory]:
        return PostgresFactory

    def expected_aggregate_recorder_class(self) -> type[persistence.AggregateRecorder]:
        return stock.PostgresAggregateRecorder

    def expected_application_recorder_class(self) -> type[persistence.ApplicationRecorder]:
        return PostgresRecorder

    def expected_tracking_recorder_class(self) -> type[persistence.TrackingRecorder]:
        return stock.PostgresTrackingRecorder

    def tracking_recorder_subclass(self) -> type[persistence.TrackingRecorder]:
        return OwnTrackingRecorder

    def expected_process_recorder_class(self) -> type[persistence.ProcessRecorder]:
        return PostgresRecorder


def test_the_library_names_streams_by_text_here() -> None:
    at = place()
    at.migrate()
    with pytest.raises(OSError, match="must be text"):
        PostgresFactory({**environment(at.dsn, at), "ORIGINATOR_ID_TYPE": "uuid"})
    made = factory(environment(at.dsn, at))
    recorder = made.application_recorder()
    with pytest.raises(TypeError, match="named by text"):
        recorder.insert_events([persistence.StoredEvent(uuid4(), 1, "topic", b"state")])
    assert recorder.max_notification_id() is None
    made.close()
    at.drop()


@pytest.mark.parametrize("missing", ["POSTGRES_DSN", "POSTGRES_SCHEMA"])
def test_a_log_needs_a_database_and_a_schema(missing: str) -> None:
    env = environment("host=127.0.0.1", Place("", "", "cases"))
    with pytest.raises(OSError, match=r"POSTGRES_DSN and POSTGRES_SCHEMA"):
        PostgresFactory({**env, missing: ""})


@pytest.mark.parametrize("where", ["its environment", "the process's"])
def test_inserting_without_the_lock_is_refused(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    env = environment("host=127.0.0.1", Place("", "", "cases"))
    if where == "the process's":
        monkeypatch.setenv("POSTGRES_ENABLE_DB_FUNCTIONS", "y")
    else:
        env["POSTGRES_ENABLE_DB_FUNCTIONS"] = "y"
    with pytest.raises(LogUnavailable, match="POSTGRES_ENABLE_DB_FUNCTIONS is set"):
        PostgresFactory(env)
