"""A second seller's story: upheld against them, appealed, stayed meanwhile, and reversed."""

from tools.parties import Parties
from tools.story import CALLS, FIRST, REVIEWER, must, must_stand, opened, say, stands, told


def appealed(parties: Parties) -> None:
    """An ordinary violation is reversed on appeal, and its sanction lifted.

    Raises:
        StoryError, UnexpectedAnswerError: it went another way.
    """
    case = opened(parties, "An appeal, won", "b-7", "s-7", "phone", "Thirty calls in one night.")
    piece = case.give(case.complainant, "call_list", "text/csv", CALLS)
    case.waive().assess(FIRST, piece, "frequent_contact", "number_attributable")
    case.decide(FIRST, "uphold_ordinary", grade="general", reason="Thirty calls are verified.")
    told(case.tell(FIRST), f"officer {FIRST.id} upholds an ordinary violation: 12 points; both sides are told")
    must_stand(parties, case, "restricted", {"ordinary": 12, "severe": 0})
    case.appeal("The number was lost with the phone a week before.")
    told(case, f"{case.respondent.id} appeals; the window stands still")
    case.stay(REVIEWER, "The shop lives on these days.")
    told(case, f"reviewer {REVIEWER.id}, who took no part, stays the sanction; the points stay")
    stands(parties, case)
    case.send_back(REVIEWER, "The report of the loss, please.")
    told(case, f"{REVIEWER.id} wants more; the window runs again")
    case.resume("It is with the carrier's letter.")
    case.give(case.respondent, "call_list", "text/csv", CALLS)
    told(case, f"{case.respondent.id} supplements the appeal and hands in a list")
    case.review(REVIEWER, "reverse", reason="The number was no longer theirs.")
    must("the state", "reversed", case.state)
    told(case, f"{REVIEWER.id} reverses the decision: its points never counted")
    found = must_stand(parties, case, "good", {"ordinary": 0, "severe": 0})
    must("the sanctions", ["vacated"], [row["state"] for row in found["sanctions"]])
    say("   nothing is deleted: the sanction is on record, without a cause")
