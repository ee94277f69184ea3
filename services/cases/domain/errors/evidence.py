"""The refusals of what the parties submit and of what an officer says it shows."""

from datetime import datetime

from services.cases.domain.errors.wording import instant, listed
from shared.kit.decider import Refusal


def too_many_statements(limit: int) -> Refusal:
    """The respondent has explained often enough."""
    return Refusal("too_many_statements", f"A respondent explains at most {limit} times.", {"limit": limit})


def too_many_pieces(party: str, limit: int) -> Refusal:
    """A party has submitted as much evidence as one may."""
    return Refusal("too_many_pieces", f"A party submits at most {limit} pieces.", {"party": party, "limit": limit})


def evidence_id_taken(evidence_id: str) -> Refusal:
    """The case has a piece of that id."""
    return Refusal("evidence_id_taken", "The evidence id would have to be new.", {"evidence_id": evidence_id})


def unknown_evidence_kind(kind: str, known: tuple[str, ...]) -> Refusal:
    """The kind has no meaning here."""
    return Refusal(
        "unknown_evidence_kind",
        f"The kind would have to be one of: {listed(known)}.",
        {"kind": kind, "kinds": known},
    )


def media_type_not_allowed(kind: str, allowed: tuple[str, ...]) -> Refusal:
    """Evidence of that kind does not come in that form."""
    return Refusal(
        "media_type_not_allowed",
        f"The media type of {kind} would have to be one of: {listed(allowed)}.",
        {"kind": kind, "media_types": allowed},
    )


def media_type_mismatch(declared: str | None, sniffed: str | None) -> Refusal:
    """The bytes are not what they are said to be."""
    return Refusal(
        "media_type_mismatch",
        "The bytes would have to be of the declared media type.",
        {"declared": declared, "found": sniffed},
    )


def evidence_too_large(kind: str, limit_bytes: int) -> Refusal:
    """The content is longer than its kind may be."""
    return Refusal(
        "evidence_too_large",
        f"The content of {kind} would have to be at most {limit_bytes} bytes.",
        {"kind": kind, "limit_bytes": limit_bytes},
    )


def evidence_empty(kind: str) -> Refusal:
    """A file without content proves nothing."""
    return Refusal("evidence_empty", f"The content of {kind} would have to be at least one byte.", {"kind": kind})


def content_not_expected(kind: str) -> Refusal:
    """A kind that is a number alone comes without a file."""
    return Refusal("content_not_expected", f"Evidence of kind {kind} has no content.", {"kind": kind})


def window_closed(closed_at: datetime) -> Refusal:
    """The evidence window is over: by its due time or by an earlier waiver."""
    return Refusal(
        "window_closed",
        "The evidence window would have to be open.",
        {"closed_at": instant(closed_at)},
    )


def unknown_evidence(evidence_id: str) -> Refusal:
    """The case has no piece of that id."""
    return Refusal("unknown_evidence", "The piece would have to be submitted first.", {"evidence_id": evidence_id})


def unknown_fact(code: str, known: tuple[str, ...]) -> Refusal:
    """Neither the check-list nor the rulebook version knows what the piece is said to show."""
    return Refusal(
        "unknown_fact",
        f"What a piece shows would have to be among: {listed(known)}.",
        {"fact": code, "known": known},
    )


def certificate_needed(kind: str) -> Refusal:
    """Only the carrier's own certificate covers the alleged times (S8)."""
    return Refusal(
        "certificate_needed",
        "Only a carrier_certificate can be found to cover the alleged times.",
        {"kind": kind},
    )


def shows_contradict() -> Refusal:
    """One piece cannot show a fact and its opposite."""
    return Refusal("shows_contradict", "A piece would have to show the number attributable or not, never both.")
