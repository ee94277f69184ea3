"""Plays the seed's story through HTTP, as its users would: the four situations, then what is upheld against one seller,
and what another one wins back on appeal.

Everything is printed as it happens; the last line of all output is the first seller's standing, one line of JSON.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import httpx
import typer

from shared.kit.ids import uuid7
from shared.kit.localkeys import KEY_FILE, mint
from tools.demo_appeal import appealed
from tools.parties import Parties, UnexpectedAnswerError
from tools.stack import Stack, StackError
from tools.story import (
    CALLS,
    CERTIFICATE,
    FIRST,
    PICTURE,
    SECOND,
    StoryError,
    decided,
    dismissed,
    must,
    must_stand,
    opened,
    say,
    told,
)


def situation_1(parties: Parties) -> None:
    """Really about insults."""
    case = opened(parties, "Situation 1: insults", "b-1", "s-1", "chat", "He called me names.")
    case.defend("other", "We argued about the delivery.")
    told(case, f"{case.respondent.id} explains")
    dismissed(case, "abuse_not_harassment", found_subject="abuse")


def situation_2(parties: Parties) -> None:
    """Really about the goods."""
    case = opened(parties, "Situation 2: it is about the goods", "b-2", "s-2", "chat", "The bag is a counterfeit.")
    case.defend("contact_justified", "We wrote once, about the return.")
    told(case, f"{case.respondent.id} explains")
    dismissed(case, "other_dispute_counterfeit", found_subject="counterfeit")


def situation_3(parties: Parties) -> None:
    """The number is not the seller's."""
    case = opened(parties, "Situation 3: not my number", "b-3", "s-3", "phone", "Calls from an unknown number.")
    piece = case.give(case.complainant, "call_list", "text/csv", CALLS)
    told(case, f"{case.complainant.id} hands in the list of calls")
    case.defend("number_not_mine", "We have no such number.")
    case.assess(FIRST, piece, "frequent_contact", "number_not_attributable")
    told(case, f"{case.respondent.id} says the number is not theirs; officer {FIRST.id} verifies that")
    dismissed(case, "number_not_respondents")


def situation_4(parties: Parties) -> None:
    """The number is the seller's, but there was no contact."""
    case = opened(parties, "Situation 4: my number, but no contact", "b-4", "s-4", "phone", "They call and call.")
    piece = case.give(case.respondent, "carrier_certificate", "application/pdf", CERTIFICATE)
    case.defend("no_contact", "The carrier's certificate shows that nobody called.")
    told(case, f"{case.respondent.id} explains and hands in the carrier's certificate")
    case.assess(FIRST, piece, "number_attributable", "covers_alleged_times")
    told(case, f"officer {FIRST.id} finds it genuine, and that it covers the times")
    dismissed(case, "no_contact_proven")


def ordinary(parties: Parties) -> None:
    """Frequent calls are proven: an ordinary violation."""
    case = opened(parties, "Frequent calls, proven", "b-5", "s-5", "phone", "Forty calls in one night.")
    piece = case.give(case.complainant, "call_list", "text/csv", CALLS)
    case.waive().assess(FIRST, piece, "frequent_contact", "number_attributable")
    by, of = case.complainant.id, case.respondent.id
    told(case, f"{by} hands in the list of calls; {of} has nothing to say; the list is genuine")
    decided(case)
    case.decide(FIRST, "uphold_ordinary", grade="general", reason="Forty calls are verified.")
    must("the state", "upheld", case.state)
    told(case.tell(FIRST), f"officer {FIRST.id} upholds an ordinary violation: 12 points; both sides are told")
    must_stand(parties, case, "restricted", {"ordinary": 12, "severe": 0})


def severe(parties: Parties) -> dict[str, Any]:
    """Funeral money was mailed: a severe violation, which takes two officers. Returns the seller's standing."""
    case = opened(parties, "Funeral money in the mail", "b-6", "s-5", "post", "An envelope of funeral money came.")
    piece = case.give(case.complainant, "other", "image/png", PICTURE)
    case.waive().assess(FIRST, piece, "offensive_mail", "number_attributable")
    by, of = case.complainant.id, case.respondent.id
    told(case, f"{by} hands in a picture of the envelope; it is genuine, and {of} sent it")
    decided(case)
    case.decide(FIRST, "propose_severe", grade="grave", reason="Mailed to frighten.")
    must("the state", "severe_proposed", case.state)
    told(case, f"officer {FIRST.id} proposes a severe violation")
    case.confirm(SECOND)
    must("the state", "upheld", case.state)
    told(case.tell(FIRST), f"officer {SECOND.id} confirms: 48 points; both sides are told")
    return must_stand(parties, case, "sealed", {"ordinary": 12, "severe": 48})


def play(parties: Parties) -> str:
    """Play the whole story; return the body that the ledger answered last, as one line.

    Raises:
        StoryError, UnexpectedAnswerError: it went another way.
    """
    for situation in (situation_1, situation_2, situation_3, situation_4):
        situation(parties)
    ordinary(parties)
    severe(parties)
    appealed(parties)
    return parties.standing(FIRST, f"s-5{parties.suffix}").text


def usable(address: str) -> None:
    """Check the address of a service.

    Raises:
        StackError: it is none; the Makefile puts the ports behind what `URL=` says.
    """
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in ("http", "https") or not url.host:
        raise StackError(f"{address} would have to be an address such as http://127.0.0.1:8001; URL= takes no port")


@contextmanager
def parties_of(cases_url: str | None, ledger_url: str | None, keys: Path) -> Iterator[Parties]:
    """Yield the parties around running services, or around fresh ones that end with the context."""
    if cases_url and ledger_url:
        if not (keys / KEY_FILE).exists():
            raise StackError(f"{keys} would have to hold the key of the services' local issuer")
        for address in (cases_url, ledger_url):
            usable(address)
        running = Parties(cases_url, ledger_url, partial(mint, keys), suffix=f"-{uuid7()[-6:]}")
        with running as parties:
            yield parties
        return
    with TemporaryDirectory(prefix="demerit-demo-") as folder, Stack(Path(folder)) as stack:
        say(f"fresh services: cases {stack.url('cases')}, ledger {stack.url('ledger')}")
        with Parties(stack.url("cases"), stack.url("ledger"), stack.token) as parties:
            yield parties


def main(
    cases_url: Annotated[str | None, typer.Option(envvar="CASES_URL", help="a running cases service")] = None,
    ledger_url: Annotated[str | None, typer.Option(envvar="LEDGER_URL", help="a running ledger")] = None,
    keys: Annotated[Path, typer.Option(envvar="KEYS", help="its local issuer's folder")] = Path("var/keys"),
) -> None:
    """Play the story on fresh services, or on running ones where both addresses are given."""
    try:
        with parties_of(cases_url, ledger_url, keys) as parties:
            standing = play(parties)
            last = f"s-5{parties.suffix}"
    except httpx.TransportError as error:
        sys.exit(f"the story went wrong: {error.request.url} does not answer: {error}")
    except (StoryError, UnexpectedAnswerError, StackError) as error:
        sys.exit(f"the story went wrong: {error}")
    say()
    say(f"Where {last} stands, as the ledger says it:")
    say(standing)


if __name__ == "__main__":
    typer.run(main)
