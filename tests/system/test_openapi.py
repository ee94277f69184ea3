"""Both services as they describe themselves: the checked-in documents are the running ones, and schemathesis, with
every check and the tokens of several roles, finds no answer that is not described.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fuzz import fuzz
from tests.support.tree import read
from tools.parties import Parties, Person, buyer, officer, seller
from tools.stack import ServiceName, Stack

ADMIN = Person("admin", "a-1")
CALLERS: list[tuple[ServiceName, Person]] = [
    ("cases", officer("o-1")),
    ("cases", Person("supervisor", "v-1")),
    ("cases", buyer("b-1")),
    ("cases", seller("s-1")),
    ("ledger", ADMIN),
    ("ledger", officer("o-1")),
]
OPTIONS = ("--max-examples", "10", "--seed", "20260301", "--generation-database", "none")


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Parties]:
    """Both services, with one upheld case."""
    stack = Stack(tmp_path_factory.mktemp("openapi"), settings={"LEDGER_MAX_WAIT_S": "0.05"})
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as everybody:
        case = everybody.file(buyer("b-1"), seller("s-1"), "phone", "Calls.").notify(officer("o-1"))
        piece = case.give(case.complainant, "call_list", "text/csv", b"time,seconds\n21:00,4\n")
        case.waive().assess(officer("o-1"), piece, "frequent_contact", "number_attributable")
        case.decide(officer("o-1"), "uphold_ordinary", grade="general", reason="Proven.")
        everybody.standing(officer("o-1"), "s-1", min_position=case.position)
        yield everybody


def address(parties: Parties, name: ServiceName) -> str:
    """Return where a service is."""
    return parties.cases_url if name == "cases" else parties.ledger_url


@pytest.mark.parametrize("name", ["cases", "ledger"])
def test_the_document_checked_in_is_the_running_one(parties: Parties, name: ServiceName) -> None:
    """`make openapi` was run after the last change of a route."""
    running = parties.ask(ADMIN, "GET", f"{address(parties, name)}/openapi.json").json()
    assert json.loads(read(f"docs/openapi/{name}.json")) == running


@pytest.mark.parametrize(("name", "caller"), CALLERS, ids=[f"{name}-{caller.role}" for name, caller in CALLERS])
def test_no_answer_is_undescribed(parties: Parties, name: ServiceName, caller: Person, tmp_path: Path) -> None:
    """Whatever is sent, in this role, gets an answer that the document describes."""
    document = parties.ask(ADMIN, "GET", f"{address(parties, name)}/openapi.json").json()
    code, report = fuzz(document, address(parties, name), parties.token(caller), tmp_path, *OPTIONS)
    assert code == 0, report
