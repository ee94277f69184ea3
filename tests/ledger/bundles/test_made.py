"""Given both services, when an auditor asks for a seller's bundle, then the verifier finds nothing wrong in it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.ledger.bundles.command import NoBundle, fetch
from services.ledger.bundles.content import Part
from services.ledger.bundles.proving import CasesRefused
from services.ledger.casestree import Known
from shared.kit.localkeys import mint
from tests.support.both_services import Both, both_services
from tests.support.cases_service import MONDAY, YEARS_S
from tests.support.eventually import eventually
from tools import verify_audit


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Two sellers; the first with an entry that was reversed, and one that stands."""
    with both_services(tmp_path_factory.mktemp("both")) as running:
        case = running.upheld("s-1", "t-1")
        running.upheld("s-2", "t-2", officer="officer-2")
        running.cases.clock.move(days=8)
        running.upheld("s-1", "t-3")
        running.supervisor("v-1").decide(f"/cases/{case}/revocation", {"reason": "误判"})
        running.supervisor("v-2").decide(f"/cases/{case}/revocation/confirmation", {"answer": "confirm"})
        running.standing("s-1")
        eventually(lambda: answered(running, "s-1").status_code == 200)  # once the ledger has looked at the log
        yield running


def auditor(both: Both) -> str:
    """Return an auditor's token."""
    return mint(both.keys, "auditor", "a-1", ttl_s=YEARS_S, now=MONDAY.timestamp() - YEARS_S / 2)


def answered(both: Both, seller: str, **params: Any) -> httpx.Response:
    """Return the answer to an auditor who asks for a bundle."""
    headers = {"Authorization": f"Bearer {auditor(both)}"}
    return both.ledger.get(f"/audit/bundles/{seller}", params=params, headers=headers)


def asked(both: Both, seller: str = "s-1", expect: int = 200, **params: Any) -> httpx.Response:
    """Ask for a bundle."""
    answer = answered(both, seller, **params)
    assert answer.status_code == expect, answer.text
    return answer


def keys(both: Both) -> list[verify_audit.Key]:
    """Return the verifier keys of both logs, as the services tell them."""
    headers = {"Authorization": f"Bearer {auditor(both)}"}
    told = [service.get("/log/keys", headers=headers).text for service in (both.cases.http, both.ledger)]
    return [verify_audit.read_key(line) for text in told for line in text.splitlines()]


def test_everything_of_a_seller_is_in_it_and_nothing_is_wrong(both: Both) -> None:
    answer = asked(both)
    shown, wrong, unchecked = verify_audit.verify_bundle(answer.content, keys(both))
    assert (wrong, unchecked) == ([], [])
    content = json.loads(answer.content)
    feed = [event for event in both.cases.feed() if event["subject"] == "s-1"]
    assert [json.loads(one["event"]) for one in content["cases"]["events"]] == feed
    standing = both.standing("s-1")
    (told,) = content["standings"]
    clocks = ("as_of", "known_at", "final")
    assert {**told["body"], **dict.fromkeys(clocks)} == {**standing, **dict.fromkeys(clocks)}
    assert [json.loads(text)["id"] for text in content["calendars"]] == ["CN-2026"]
    assert content["missing_calendars"] == []
    assert "facts: 3" in shown


def test_standings_are_those_of_the_clocks_that_were_asked_for(both: Both) -> None:
    clocks = [both.cases.clock().isoformat(), "2030-01-01T00:00:00Z"]
    position = json.loads(asked(both).content)["cases"]["events"][-2]["position"]
    answer = asked(both, as_of=clocks, known_position=position, known_at=clocks[0], rulebook="TB-2012")
    assert verify_audit.verify_bundle(answer.content, keys(both))[1] == []
    told = json.loads(answer.content)["standings"]
    assert [one["known_position"] for one in told] == [position, position]
    assert [one["body"]["rulebook"] for one in told] == ["TB-2012", "TB-2012"]
    assert told[0]["body"]["as_of"] < told[1]["body"]["as_of"] == clocks[1]


def test_the_command_puts_it_in_a_file(both: Both, tmp_path: Path) -> None:
    token, file = tmp_path / "token", tmp_path / "bundle.json"
    token.write_text(auditor(both))
    url = str(both.ledger.base_url)
    assert fetch(url, token, "s-1", file, ["2030-01-01T00:00:00Z"], known_position=None).endswith(" bytes")
    assert verify_audit.verify_bundle(file.read_bytes(), keys(both))[1] == []
    with pytest.raises(NoBundle, match="answered 404 seller_unknown"):
        fetch(url, token, "s-0", tmp_path / "other.json", [])
    with pytest.raises(NoBundle, match="answered 404 rulebook_unknown"):
        fetch(url, token, "s-1", tmp_path / "other.json", [], rulebook="TB-1")
    with pytest.raises(NoBundle, match="token file"):
        fetch(url, tmp_path / "none", "s-1", tmp_path / "other.json", [])
    assert not (tmp_path / "other.json").exists()


@pytest.mark.parametrize(
    ("seller", "params", "status", "code"),
    [
        ("s-0", {}, 404, "seller_unknown"),
        ("s-1", {"rulebook": "TB-1"}, 404, "rulebook_unknown"),
        ("s-1", {"known_position": 10_000}, 503, "position_not_folded"),
        ("s-1", {"as_of": ["2026-01-01T00:00:00Z"] * 101}, 422, "invalid_request"),
        ("s-1", {"as_of": "yesterday"}, 422, "invalid_request"),
        ("s-1", {"format": "2"}, 422, "unknown_parameter"),
    ],
)
def test_why_there_is_none_is_said(both: Both, seller: str, params: dict[str, Any], status: int, code: str) -> None:
    assert asked(both, seller, status, **params).json()["code"] == code


def test_a_cases_service_that_proves_nothing_is_said_to_be_at_fault(both: Both) -> None:
    """It is not handed on, and asking again does not help."""

    class Refusing:
        """Holds a log to what is known of it, in vain."""

        def part(self, seller: str, through: int, most: int, known: Known) -> Part:
            """Refuse what was asked for by what is known."""
            assert known.trust.keys
            assert known.read.size >= through > 0
            raise CasesRefused("its checkpoint is refused (split: nothing shows it)")

    source, both.evidence.source = both.evidence.source, Refusing()
    try:
        answer = asked(both, expect=502)
    finally:
        both.evidence.source = source
    assert answer.json()["code"] == "cases_not_proven"
    assert "split: nothing shows it" in answer.json()["detail"]


def test_without_the_cases_service_there_is_none_and_it_says_when_to_ask_again(both: Both) -> None:
    source, both.evidence.source = both.evidence.source, None
    try:
        answer = asked(both, expect=503)
    finally:
        both.evidence.source = source
    assert answer.json()["code"] == "cases_unavailable"
    assert answer.headers["Retry-After"] == "5"
