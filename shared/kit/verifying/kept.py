"""Kept responses against the events that they cite, and events against the response that was kept of their request."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, TypeAlias

from shared.kit.cloudevent import Envelope, decode
from shared.kit.verifying.events import Told
from shared.kit.verifying.findings import Findings
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawEvent, RawLog
from shared.kit.verifying.unreadable import UNREADABLE

KEPT: Final = "kept_responses"


class Cited(NamedTuple):
    """One event as a kept response cites it."""

    id: str
    type: str
    position: int
    recorded_at: datetime


Cites: TypeAlias = Callable[[bytes], Sequence[Cited]]
"""What a service's kept response cites, in order. Raises one of `UNREADABLE`: it is none of its responses."""


def check_requests(findings: Findings, raw: RawLog, told: Told) -> None:
    """Find the events of a batch whose request has no kept response; what one cites, `check_kept` looks at."""
    asked = {envelope.commandkey: event.position for event, envelope in told if envelope.commandkey}
    for scopes in grouped(asked):
        kept = {scope for scope, _, _ in raw.kept(scopes)}
        for scope in scopes:
            if scope not in kept:
                detail = "the response to the event's request would have to be kept"
                findings.add(KEPT, "scope", asked[scope], detail, scope)


def check_kept(findings: Findings, raw: RawLog, cites: Cites) -> None:
    """Find the kept responses that are none, or that cite what is not in the log or is not of their request."""
    for group in grouped(raw.kept(), 100):
        citing = [(scope, cited) for scope, response, _ in group for cited in _cited(findings, scope, response, cites)]
        for some in grouped(citing):
            events = {event.position: event for event in raw.at({cited.position for _, cited in some})}
            for scope, cited in some:
                if not _is(cited, scope, events.get(cited.position)):
                    detail = "it cites an event that is not there, or is not of this request"
                    findings.add(KEPT, "response", cited.position, detail, scope)


def _cited(findings: Findings, scope: object, response: object, cites: Cites) -> Iterable[Cited]:
    try:
        return cites(response) if isinstance(response, bytes) else _none()
    except UNREADABLE:
        findings.add(KEPT, "response", 0, "it would have to be a response of this service", str(scope))
        return ()


def _none() -> Sequence[Cited]:
    raise ValueError("a kept response is bytes")


def _is(cited: Cited, scope: str, event: RawEvent | None) -> bool:
    if event is None:
        return False
    try:
        envelope: Envelope = decode(event.state)
    except UNREADABLE:
        return False
    says = (envelope.id, envelope.type, envelope.recordedtime, envelope.commandkey)
    return says == (cited.id, cited.type, cited.recorded_at, scope)
