"""The refusals of ending a complaint without a decision, of late evidence, and of deadlines that are to move."""

from datetime import datetime

from services.cases.domain.errors.wording import instant, listed
from shared.kit.decider import Refusal


def another_incident(case_id: str) -> Refusal:
    """The other case shares no incident with this one, or is another matter: another buyer, seller account or trade."""
    return Refusal(
        "another_incident",
        "The other case would have to be of the same complainant, account and trade, at overlapping times.",
        {"case": case_id},
    )


def merged_into_ended(case_id: str) -> Refusal:
    """The other case ended, or was decided without a penalty that stands: it cannot go on for both."""
    return Refusal(
        "merged_into_ended",
        "The other case would have to be undecided, or its penalty would have to stand.",
        {"case": case_id},
    )


def incidents_left(case_id: str) -> Refusal:
    """The other case is decided, and not about every incident of this one: who would judge those?"""
    return Refusal(
        "incidents_left",
        "The other case, which is decided, would have to be about every incident of the complaint; "
        "those not judged yet would have to be filed as a complaint of their own.",
        {"case": case_id},
    )


def incident_already_penalised(case_id: str, decision: str) -> Refusal:
    """One incident gives one penalty to an account; `decision` is the one that stands, in the other case."""
    return Refusal(
        "incident_already_penalised",
        f"No incident of the complaint would have to be penalised already. Case {case_id} penalises one: if it is "
        "about all of them, the complaint can be merged into it; if not, the others can be filed as a complaint of "
        "their own.",
        {"case": case_id, "decision": decision},
    )


def complaint_merged(into: str) -> Refusal:
    """Another case goes on in this one's stead."""
    return Refusal("complaint_merged", "The case it was merged into would have to be asked.", {"into": into})


def complaint_refused(code: str, referral: str | None) -> Refusal:
    """The platform did not take the matter up."""
    return Refusal(
        "complaint_refused", "The complaint would have to be taken up.", {"refusal": code, "referral": referral}
    )


def handling_started() -> Refusal:
    """Who has taken a matter up decides it."""
    return Refusal("handling_started", "The matter would have to be taken up by nobody yet.")


def unknown_refusal_code(code: str, known: tuple[str, ...]) -> Refusal:
    """The code has no meaning here."""
    return Refusal(
        "unknown_refusal_code",
        f"The code would have to be one of: {listed(known)}.",
        {"refusal": code, "codes": known},
    )


def referral_needed(code: str) -> Refusal:
    """What belongs elsewhere is referred there, and nothing else is."""
    return Refusal("referral_needed", f"A referral would have to be given with {code}, and with nothing else.")


def evidence_not_late(evidence_id: str) -> Refusal:
    """What came in time counts without a ruling."""
    return Refusal("evidence_not_late", "The piece would have to be late.", {"evidence_id": evidence_id})


def deadline_not_running(deadline: str) -> Refusal:
    """The respondent is without notice."""
    return Refusal("deadline_not_running", "The deadline would have to run.", {"deadline": deadline})


def deadline_over(deadline: str, due: datetime) -> Refusal:
    """The deadline has passed, or its work is done."""
    return Refusal(
        "deadline_over",
        "The deadline would have to be still to come, and its work undone.",
        {"deadline": deadline, "due": instant(due)},
    )


def extension_out_of_range(after: datetime, until: datetime) -> Refusal:
    """A deadline only moves back, and not without end: `after` is exclusive, `until` inclusive."""
    return Refusal(
        "extension_out_of_range",
        "The new instant would have to lie after the present one, and not too far behind it.",
        {"after": instant(after), "until": instant(until)},
    )
