"""One of several processes holds a lease, and another gets it as soon as the holder's connection ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.kit.log.model import LogUnavailable
from shared.kit.log.postgres.lease import Lease
from tests.support.eventually import eventually
from tests.support.postgres import Place, place
from tests.support.proxy import Proxy


@pytest.fixture
def at() -> Iterator[Place]:
    """A schema with a log in it, so that the service's role is there; a lease needs no table."""
    made = place()
    made.migrate()
    yield made
    made.drop()


@pytest.fixture
def leases(at: Place) -> Iterator[list[Lease]]:
    """Three who want the same."""
    wanted = [Lease(at.dsn, at.schema, "follower") for _ in range(3)]
    yield wanted
    for one in wanted:
        one.release()


def test_one_holds_it_until_it_lets_go(leases: list[Lease]) -> None:
    first, second, _ = leases
    assert first.acquire()
    assert not second.acquire()
    assert (first.held(), second.held()) == (True, False)
    assert first.acquire()
    first.release()
    assert not first.held()
    assert second.acquire()
    assert not first.acquire()


def test_of_many_who_want_it_at_once_one_gets_it(at: Place) -> None:
    wanted = [Lease(at.dsn, at.schema, "follower") for _ in range(16)]
    with ThreadPoolExecutor(16) as threads:
        got = list(threads.map(Lease.acquire, wanted))
    assert sum(got) == 1
    assert [one.held() for one in wanted] == got
    for one in wanted:
        one.release()


def test_names_and_schemas_are_apart(at: Place, leases: list[Lease]) -> None:
    assert leases[0].acquire()
    for other in (Lease(at.dsn, at.schema, "relay"), Lease(at.dsn, "other", "follower")):
        assert other.acquire()
        other.release()


def test_it_is_lost_with_its_connection_and_another_gets_it(at: Place, leases: list[Lease]) -> None:
    proxy = Proxy(at.dsn)
    cut_off = Lease(proxy.dsn, at.schema, "follower")
    assert cut_off.acquire()
    assert not leases[0].acquire()
    proxy.cut_all()
    assert not cut_off.held()
    eventually(leases[0].acquire)
    assert not cut_off.acquire()
    proxy.close()


def test_where_the_database_cannot_be_reached_nobody_gets_it() -> None:
    nowhere = Lease("host=127.0.0.1 port=1 user=nobody dbname=none", "cases", "follower")
    with pytest.raises(LogUnavailable, match="the lease cannot be asked for"):
        nowhere.acquire()
    assert not nowhere.held()
    nowhere.release()
