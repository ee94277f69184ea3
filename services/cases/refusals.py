"""Refusals that are not the domain's: what a request must know, hold or prove before, and after, the case decides.

Each function's name is its code, stable, and a problem type of the API.
"""

from shared.kit.decider import Refusal


class Refused(Exception):
    """A request came to nothing; `refusal` says what would have to be true."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def case_not_found() -> Refusal:
    """There is no such case, or none that this caller may know of: the two are not told apart."""
    return Refusal("case_not_found", "The case would have to exist and be open to the caller.")


def evidence_not_found() -> Refusal:
    """There is no such content, announcement or piece, or none that this caller may know of."""
    return Refusal("evidence_not_found", "The evidence would have to be announced, or submitted, by the caller's side.")


def complainant_not_bound() -> Refusal:
    """A buyer files for nobody else."""
    return Refusal("complainant_not_bound", "The complainant would have to be the one the token is bound to.")


def complainant_needed() -> Refusal:
    """The intake service says for whom it files."""
    return Refusal("complainant_needed", "The complainant would have to be named.")


def detector_not_expected() -> Refusal:
    """A buyer complains in person: no detector brought the complaint."""
    return Refusal("detector_not_expected", "The intake service would have to file where a detector is named.")


def idempotency_key_reused() -> Refusal:
    """The key was used for another body."""
    return Refusal("idempotency_key_reused", "The key would have to be new, or the body the one it was used with.")


def if_match_missing(version: int) -> Refusal:
    """Whoever decides says which version of the case they saw."""
    return Refusal(
        "if_match_missing",
        "The request would have to carry If-Match with the version of the case that the decision rests on.",
        {"version": version},
    )


def version_mismatch(version: int) -> Refusal:
    """The case has moved on since the caller looked."""
    return Refusal(
        "version_mismatch",
        f'If-Match would have to name the case\'s present version, quotes included: "{version}".',
        {"version": version},
    )


def number_needed() -> Refusal:
    """A chat evidence number without the number shows nothing."""
    return Refusal("number_needed", "The chat evidence number would have to be given.")


def number_not_expected(kind: str) -> Refusal:
    """Only a chat evidence number is one."""
    return Refusal("number_not_expected", f"Evidence of kind {kind} has content and no number.", {"kind": kind})


def too_many_announcements(limit: int) -> Refusal:
    """A party has enough uploads open."""
    return Refusal(
        "too_many_announcements",
        f"A party may have at most {limit} announced pieces waiting for their content.",
        {"limit": limit},
    )


def announcement_expired() -> Refusal:
    """The content came too late for its announcement."""
    return Refusal("announcement_expired", "The content would have to come within 24 hours of its announcement.")


def content_size_mismatch(announced_bytes: int) -> Refusal:
    """More or less came than was announced."""
    return Refusal(
        "content_size_mismatch",
        f"The content would have to be {announced_bytes} bytes long, as announced.",
        {"announced_bytes": announced_bytes},
    )


def content_type_mismatch(announced: str) -> Refusal:
    """The request's media type is not the announced one."""
    return Refusal(
        "content_type_mismatch", f"The content would have to be sent as {announced}.", {"media_type": announced}
    )


def content_differs() -> Refusal:
    """Another content was sent for this piece before; evidence is not exchanged."""
    return Refusal("content_differs", "The content would have to be the one sent first; another one is a new piece.")


def content_too_slow(seconds: int) -> Refusal:
    """The content did not arrive in time."""
    return Refusal("content_too_slow", f"The content would have to arrive within {seconds} s.", {"limit_s": seconds})


def ledger_unavailable() -> Refusal:
    """The ledger says nothing now, or has not folded yet what the dry run is about."""
    return Refusal(
        "ledger_unavailable", "The ledger would have to be within reach and up to date; nothing was changed."
    )


def supervisor_needed() -> Refusal:
    """Officers are compared by supervisors alone."""
    return Refusal("supervisor_needed", "A supervisor would have to ask for figures by officer.")


def too_many_groups(limit: int) -> Refusal:
    """More groups than an answer holds."""
    return Refusal(
        "too_many_groups", f"The period and the columns would have to make at most {limit} groups.", {"limit": limit}
    )


def contended() -> Refusal:
    """Others wrote to this case at every attempt."""
    return Refusal("contended", "The case would have to rest for a moment; the request can be sent again.")
