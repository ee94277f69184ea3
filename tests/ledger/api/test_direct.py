"""The direct way says what the route says: the same bytes, headers and refusals."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.ledger.api.plainquery import plainly_asked
from services.ledger.rendering import NOTHING_ASKED, Asked
from tests.support.decisions import Decisions
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.logs import StandingClock

PATH = "/sellers/s-1/standing"
BY_THE_ROUTE: dict[str, Any] = {"min_position": 0}  # a parameter that changes nothing, but is one


def shown(answer: httpx.Response) -> tuple[int, bytes, dict[str, str]]:
    """Return what an answer says, but for what names this request, its instant or its error."""
    own = {"date", "x-request-id"}
    return (
        answer.status_code,
        answer.content,
        {name: answer.headers[name] for name in answer.headers if name not in own},
    )


@pytest.fixture
def service(service: LedgerService) -> LedgerService:
    """A ledger that knows of one good account, and of one in quarantine."""
    service.cases.ordinary("s-1")
    service.cases.reverse("s-9", "no-such-decision")
    service.standing("s-1")
    return service


@pytest.mark.parametrize("path", [PATH, "/sellers/nobody/standing", "/sellers/s-9/standing", "/sellers/-/standing"])
@pytest.mark.parametrize("role", ["service", "seller", "follower"])
def test_both_ways_say_the_same(service: LedgerService, path: str, role: str) -> None:
    """To whoever asks about whatever account."""
    headers = service.headers(role, seller="s-1" if role == "seller" else None)
    direct = service.http.get(path, headers=headers)
    assert shown(direct) == shown(service.http.get(path, headers=headers, params=BY_THE_ROUTE))
    assert len(direct.headers["X-Request-Id"]) == 36


@pytest.mark.parametrize(
    "query",
    [
        "as_of=2026-03-02T12:00:00Z",
        "as_of=2026-03-02T12%3A00%3A00%2B08%3A00&known_at=2026-03-09T12:00:00.5Z",
        "known_at=2026-02-01T00:00:00Z",
        "known_position=1",
        "known_position=0&as_of=2030-01-01T00:00:00Z",
        "known_position=01",
        "known_position=%2B1",
        "as_of=2026-03-02T12:00:00+08:00",
        "as_of=2026-02-30T12:00:00Z",
        "as_of=",
        "as_of",
        "as_of=2026-03-02T12:00:00Z&as_of=2026-03-02T12:00:00Z",
        "asof=2026-03-02T12:00:00Z",
        "rulebook=TB-2012",
        "rulebook=none",
        f"known_position={'0' * 400}",
    ],
)
def test_both_ways_read_the_same_clocks(service: LedgerService, query: str) -> None:
    """And refuse the same ones: nobody sees which way an answer came."""
    headers = service.headers()
    direct, again = (service.http.get(f"{PATH}?{query}", headers=headers) for _ in range(2))
    by_the_route = service.http.get(f"{PATH}?{query}&min_position=0", headers=headers)
    assert shown(direct) == shown(again) == shown(by_the_route)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        (b"", NOTHING_ASKED),
        (b"as_of=2026-03-02T12%3A00%3A00%2B08:00", Asked(as_of=datetime(2026, 3, 2, 4, tzinfo=UTC))),
        (b"known_position=7", Asked(known_position=7)),
        (b"min_position=7", None),
        (b"rulebook=TB-2012", None),
        (b"as_of=2026-03-02T12:00:00Z&as_of=2026-03-02T12:00:00Z", None),
        (b"as_of=2026-03-02T12:00:00+08:00", None),
        (b"known_position=%D9%A7", None),
        (b"known_position=\xff", None),
        (b"known_position=7&", None),
    ],
)
def test_a_query_is_read_where_nothing_is_in_doubt(query: bytes, asked: Asked | None) -> None:
    """What is not, is for the route to read."""
    assert plainly_asked(query) == asked


@pytest.mark.parametrize(
    "given", [[], [("Authorization", "Basic eA==")], [("Authorization", "Bearer a b")], [("Authorization", "Bearer x")]]
)
def test_both_ways_refuse_the_same_strangers(service: LedgerService, given: list[tuple[str, str]]) -> None:
    """With the same challenge."""
    direct = service.http.get(PATH, headers=given)
    assert direct.status_code == 401
    assert shown(direct) == shown(service.http.get(PATH, headers=given, params=BY_THE_ROUTE))


def test_two_tokens_are_none(service: LedgerService) -> None:
    """Nobody can say which one was meant."""
    token = service.headers()["Authorization"]
    given = [("Authorization", token), ("Authorization", token)]
    assert service.http.get(PATH, headers=given).status_code == 401


@pytest.mark.parametrize("known", ["*", '"x"', 'W/"x", {etag}', "{etag}"])
def test_both_ways_say_304_for_the_same_tags(service: LedgerService, known: str) -> None:
    """Or send the body."""
    etag = service.get(PATH).headers["ETag"]
    tags = {"If-None-Match": known.format(etag=etag)}
    direct = service.get(PATH, headers=tags)
    assert direct.status_code == (200 if known == '"x"' else 304)
    assert shown(direct) == shown(service.get(PATH, headers=tags, **BY_THE_ROUTE))


def test_an_expired_token_is_refused_though_it_was_good(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tokens are remembered, not their being good."""
    cases = Decisions(StandingClock())
    with ledger_service(tmp_path_factory.mktemp("ledger"), cases) as service:
        headers = service.headers()
        assert service.http.get(PATH, headers=headers).status_code == 200
        cases.clock.now = cases.clock.now.replace(year=cases.clock.now.year + 30)
        refused = service.http.get(PATH, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")


def test_requests_of_both_ways_are_counted(service: LedgerService) -> None:
    """Under the route's own name."""
    monitor = service.headers("monitor")
    name = 'http_requests_total{method="GET",route="/sellers/{seller}/standing",status="200"}'

    def counted() -> float:
        lines = service.http.get("/metrics", headers=monitor).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    before = counted()
    service.get(PATH)
    service.get(PATH, **BY_THE_ROUTE)
    assert counted() == before + 2
