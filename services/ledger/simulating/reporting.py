"""What a report says of the question that it answers, so that nobody takes it for the answer to another one."""

from typing import Any

from services.ledger.progress import Folded
from services.ledger.simulating.asking import Question
from shared.rulebook.digest import digest_of
from shared.rulebook.model import Ref, Timeline
from shared.rulebook.seals import FORMAT


def asked(question: Question, folded: Folded) -> dict[str, Any]:
    """Return which rules, period, instants and accounts a report is about, and what was known."""
    supposition, version = question.supposition, question.version
    return {
        "format": FORMAT,
        "current": _rulebook(supposition.current),
        "candidate": _rulebook(question.candidate),
        "supposed": None if version is None else _pinned(version.ref),
        "from": supposition.since,
        "until": supposition.until,
        "as_of": question.as_of,
        "sellers": question.sellers,
        "known": {
            "cases_position": folded.position,
            "ledger_position": folded.ledger_position,
            "recorded_at": folded.recorded_at,
        },
    }


def _rulebook(timeline: Timeline) -> dict[str, Any]:
    versions = [_pinned(version.ref) for version in timeline.versions]
    return {"name": timeline.name, "digest": digest_of(timeline), "versions": versions}


def _pinned(ref: Ref) -> dict[str, str]:
    return {"id": ref.id, "digest": ref.digest}
