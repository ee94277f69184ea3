"""How a story is told: its people and papers, the steps that every case takes, and what must have come of them."""

from typing import Any, Final

from tools.parties import Case, Parties, buyer, officer, reviewer, seller

CALLS: Final = b"time,number,seconds\n21:00,+86 138 0000 0000,4\n21:02,+86 138 0000 0000,6\n"
PICTURE: Final = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000"
    "000049454e44ae426082"
)
CERTIFICATE: Final = b"%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"

FIRST, SECOND, REVIEWER = officer("o-1"), officer("o-2"), reviewer("r-1")


class StoryError(Exception):
    """The story went another way than it must; the message says where."""


def say(text: str = "") -> None:
    """Print one line of the story."""
    print(text, flush=True)


def must(name: str, expected: object, got: object) -> None:
    """Go on only where the story is as expected.

    Raises:
        StoryError: it is not.
    """
    if expected != got:
        raise StoryError(f"{name} is {got!r}, expected {expected!r}")


def told(case: Case, *lines: str) -> None:
    """Print what happened in a case, and its state."""
    for line in lines:
        say(f"   {line}")
    say(f"   → {case.state} (case {case.id}, cases log position {case.position})")


def decided(case: Case, found_subject: str = "harassment") -> None:
    """Print what the officer sees before deciding: what is open, and why the rest is not."""
    outcomes = case.seen_by(FIRST, found_subject=found_subject)["outcomes"]
    say(f"   the officer sees open: {', '.join(outcomes['open'])}")
    for code, reason in outcomes["closed"].items():
        say(f"     closed: {code}: {reason}")


def opened(parties: Parties, title: str, by: str, of: str, channel: str, narrative: str) -> Case:
    """File a complaint, notify the seller and take the case up."""
    say()
    say(title)
    by, of = by + parties.suffix, of + parties.suffix
    case = parties.file(buyer(by), seller(of), channel, narrative)
    told(case, f"{by} complains of {of} ({channel}): {narrative}")
    case.notify(FIRST).do(FIRST, "handling")
    told(case, f"{of} has notice of it, officer {FIRST.id} takes it up")
    return case


def dismissed(case: Case, ground: str, found_subject: str = "harassment") -> None:
    """Decide that the complaint is not upheld, on this ground, and tell the parties."""
    decided(case, found_subject)
    case.decide(FIRST, "dismiss", ground=ground, found_subject=found_subject, reason="As found.")
    must("the state", "dismissed", case.state)
    told(case.tell(FIRST), f"officer {FIRST.id} dismisses: {ground}; both sides are told")


def must_stand(parties: Parties, case: Case, standing: str, points: dict[str, int]) -> dict[str, Any]:
    """Return the seller's standing once the ledger has folded the case, if it is as expected; print it for people."""
    found = stands(parties, case)
    must("the standing", standing, found["standing"])
    must("the points", points, found["points"])
    return found


def stands(parties: Parties, case: Case) -> dict[str, Any]:
    """Return the seller's standing once the ledger has folded the case; print it for people."""
    found: dict[str, Any] = parties.standing(case.respondent, case.respondent.id, min_position=case.position).json()
    counted = ", ".join(f"{number} {track}" for track, number in found["points"].items())
    say(f"   the ledger: {case.respondent.id} is {found['standing']}, points: {counted}")
    for row in found["sanctions"]:
        say(f"     {row['track']} node {row['node']}, {row['state']}: {', '.join(row['measures'])}")
    return found
