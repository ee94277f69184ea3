"""What every write carries beside its body: the caller, the server's receipt, the idempotency key and If-Match."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import Depends, Header, Path, Request
from pydantic import BaseModel

from services.cases import refusals
from services.cases.receipts import KeyMaker, RequestKey
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.identity import Principal
from shared.kit.log.instant import Clock

CASE_ID_PATTERN: Final = "^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
MAX_IF_MATCH: Final = 1024

_version: Final = re.compile(r'"([1-9][0-9]{0,9})"\Z')

CaseId = Annotated[
    str, Path(pattern=CASE_ID_PATTERN, description="The case", examples=["0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e"])
]
PieceId = Annotated[str, Path(pattern=CASE_ID_PATTERN, description="The piece of evidence")]
KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[!-~]{1,128}$",
        description="A repeated request with the same key and body gets the first one's answer, for ever",
    ),
]
MatchHeader = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=MAX_IF_MATCH,
        description='The version that was seen, such as "7"; what is no tag matches nothing. Decisions on a case, an '
        "appeal, a revocation or a recall have to carry it: without it, the answer is 428",
    ),
]


@dataclass(frozen=True, slots=True)
class IfMatch:
    """The versions that the caller accepts: None, any version; `required` where a decision must rest on one."""

    versions: frozenset[int] | None
    given: bool
    required: bool = False

    def refused(self, version: int) -> Refusal | None:
        """Return why this version does not do, None where it does."""
        if not self.given:
            return refusals.if_match_missing(version) if self.required else None
        if self.versions is None or version in self.versions:
            return None
        return refusals.version_mismatch(version)


def parse_if_match(header: str | None, *, required: bool) -> IfMatch:
    """Return what an If-Match header demands. Weak tags and tags that are no version match nothing (RFC 9110)."""
    if header is None:
        return IfMatch(None, given=False, required=required)
    if header.strip() == "*":
        return IfMatch(None, given=True, required=required)
    versions = [match[1] for tag in header.split(",") if (match := _version.match(tag.strip()))]
    return IfMatch(frozenset(map(int, versions)), given=True, required=required)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, when the server received it, and on what condition."""

    who: Principal
    at: datetime
    route: str
    idempotency_key: str | None
    if_match: IfMatch

    def key(self, keys: KeyMaker, body: BaseModel | None) -> RequestKey | None:
        """Return the request's idempotency key as it is kept, None without one."""
        if self.idempotency_key is None:
            return None
        content: Any = None if body is None else body.model_dump(mode="json")
        return keys.request(self.who, self.route, self.idempotency_key, content)


def call(clock: Clock, *any_of_scopes: str, decision: bool = False) -> Callable[..., Any]:
    """Return the dependency that admits callers with one of these scopes and gives their `Call`.

    With `decision`, the request must carry If-Match.
    """

    async def received(
        request: Request,
        who: Annotated[Principal, Depends(require(*any_of_scopes))],
        idempotency_key: KeyHeader = None,
        if_match: MatchHeader = None,
    ) -> Call:
        condition = parse_if_match(if_match, required=decision)
        return Call(who, clock(), f"{request.method} {request.url.path}", idempotency_key, condition)

    return received
