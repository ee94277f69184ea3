"""Asking the ledger what a recall would change: a ledger that says something else than it was asked is away."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cases import dryrun, ledgerclient
from services.cases.domain.recall import decider, errors
from services.cases.domain.recall.events import Criteria
from services.cases.dryrun import dry_run
from services.cases.ledgerclient import LedgerClient
from services.cases.refusals import Refused
from tests.support.recalling import OFFICER, Recalling, recalling

Answering = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Recalling]:
    """A service without HTTP, with one decision."""
    opened = recalling(tmp_path)
    opened.uphold()
    yield opened
    opened.writer.close()


@pytest.fixture
def token(tmp_path: Path) -> Path:
    """The file with the service's token."""
    path = tmp_path / "cases.token"
    path.write_text("token")
    return path


def client(token: Path, answering: Answering) -> LedgerClient:
    """Return a client whose ledger answers so."""
    return LedgerClient("http://ledger", token, 1, transport=httpx.MockTransport(answering))


def echo(request: httpx.Request) -> httpx.Response:
    """Answer as a ledger that knows nothing of the accounts asked about."""
    asked = json.loads(request.content)["reversals"]
    told = [{"seller": one["seller"], "sanctions": [], "entries": []} for one in asked]
    return httpx.Response(200, json={"at": "2026-03-02T02:00:00Z", "reversals": told})


def test_the_ledger_is_asked_about_what_counts_as_of_the_whole_log(service: Recalling, token: Path) -> None:
    asked: list[Any] = []

    def answering(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, request.headers["authorization"], json.loads(request.content)))
        return echo(request)

    log = service.writer.cases.log
    shown, after = dry_run(log, client(token, answering), OFFICER, "v-1", None, 50)
    (decision,) = service.decided.values()
    position = log.head().position
    wanted = {"reversals": [{"seller": "seller-1", "entries": [decision]}], "min_position": position}
    assert asked == [("/reversals:preview", "Bearer token", wanted)]
    assert (shown.as_of, shown.selected, after) == (position, 1, None)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="no json"),
        httpx.Response(200, json={"at": "2026-03-02T02:00:00Z", "reversals": []}),
        httpx.Response(200, json={"at": "2026-03-02T02:00:00Z", "reversals": [{"seller": "another"}]}),
        httpx.Response(200, json={"at": "2026-03-02T02:00:00Z", "reversals": [{"seller": 7}]}),
        httpx.Response(200, content=b" " * (ledgerclient.MAX_RESPONSE_BYTES + 1)),
        httpx.Response(302, headers={"Location": "http://elsewhere/"}),
        httpx.Response(503, json={"code": "position_not_folded"}),
        httpx.Response(422, json={"code": "invalid_request"}),
    ],
    ids=["no json", "too few", "another", "no id", "too long", "elsewhere", "behind", "refused"],
)
def test_an_answer_that_is_none_is_refused(service: Recalling, token: Path, answer: httpx.Response) -> None:
    with pytest.raises(Refused, match="ledger_unavailable"):
        dry_run(service.writer.cases.log, client(token, lambda _: answer), OFFICER, "v-1", None, 50)


def test_a_ledger_that_does_not_answer_is_away(service: Recalling, token: Path) -> None:
    def answering(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow")

    with pytest.raises(Refused, match="ledger_unavailable"):
        dry_run(service.writer.cases.log, client(token, answering), OFFICER, "v-1", None, 50)


def test_an_account_with_more_entries_than_a_question_holds_says_so(
    service: Recalling, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a question of one entry at the most, when an account has two, then its place holds the problem."""
    service.uphold()
    monkeypatch.setattr(dryrun, "MAX_ENTRIES", 1)
    shown, _ = dry_run(service.writer.cases.log, client(token, echo), OFFICER, "v-1", None, 50)
    (preview,) = shown.previews
    assert preview.problem is not None
    assert (preview.problem.code, len(preview.decisions), preview.standing_after) == ("too_many_entries", 2, None)


def test_no_criterion_and_more_than_a_recall_holds_are_refused(
    service: Recalling, token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.uphold()
    log = service.writer.cases.log
    with pytest.raises(Refused, match="criteria_missing"):
        dry_run(log, client(token, echo), Criteria(), "v-1", None, 50)
    for module in (dryrun, decider):
        monkeypatch.setattr(module, "MAX_DECISIONS", 1)
    with pytest.raises(Refused) as refused:
        dry_run(log, client(token, echo), OFFICER, "v-1", None, 50)
    assert refused.value.refusal == errors.recall_too_large(1)
    with pytest.raises(Refused, match="recall_too_large"):
        service.proposed()
