"""What a recall would do to standings, before anybody decides on it: entries supposed revoked, nothing written."""

from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from services.ledger.api.access import ANY
from services.ledger.api.answers import POSITIONS, positions
from services.ledger.api.refusals import problem
from services.ledger.api.waiting import Waiting
from services.ledger.domain.account import Account
from services.ledger.domain.preview import preview
from services.ledger.history import History
from services.ledger.questions import Questions
from services.ledger.rendering import Asked, body_of
from shared.contracts.preview import ReversalsPreview
from shared.kit.auth import require
from shared.kit.decider import Refusal
from shared.kit.fields import Body, Identifier, Natural, examples
from shared.kit.identity import Principal
from shared.kit.problem import problems
from shared.kit.route import router

MAX_SELLERS: Final = 200
MAX_ENTRIES: Final = 1000  # of all accounts together


class SellerReversals(Body):
    """An account, and those of its entries that are supposed to be revoked, by their decisions' event ids."""

    seller: Identifier = Field(examples=["s-1"])
    entries: list[Identifier] = Field(
        min_length=1, max_length=MAX_ENTRIES, examples=[["01a20a0b-6a0d-72bc-890e-5bc69604c17c"]]
    )


class ReversalsSupposed(Body):
    """Up to 200 accounts with up to 1 000 entries in all; each account is answered for itself."""

    model_config = examples({"reversals": [{"seller": "s-1", "entries": ["01a20a0b-6a0d-72bc-890e-5bc69604c17c"]}]})

    reversals: list[SellerReversals] = Field(min_length=1, max_length=MAX_SELLERS)
    min_position: Natural | None = Field(None, description="Cases position that the answer has to know of")


def preview_router(questions: Questions, waiting: Waiting) -> APIRouter:
    """Return the route that supposes reversals."""
    routes = router(tags=["standing"])

    @routes.post(
        "/reversals:preview",
        response_class=Response,
        responses={200: {"model": ReversalsPreview, "headers": POSITIONS}, **problems(503)},
    )
    async def reversals(
        request: Request, asked: ReversalsSupposed, _: Annotated[Principal, Depends(require(ANY))]
    ) -> Response:
        """What revoking these entries now would change. Accounts that cannot answer say why in their place."""
        entries = sum(len(one.entries) for one in asked.reversals)
        if entries > MAX_ENTRIES:
            raise problem(
                Refusal("too_many_entries", f"{MAX_ENTRIES} entries or fewer are asked about", {"entries": entries})
            )
        await waiting.reach(request, asked.min_position)
        folded = questions.folded
        body = await run_in_threadpool(_many, questions, asked)
        return Response(body, headers=positions(folded), media_type="application/json")

    return routes


def _many(questions: Questions, asked: ReversalsSupposed) -> bytes:
    histories = [questions.history(one.seller) for one in asked.reversals]
    known = [history.account for history in histories if isinstance(history, History)]
    at = max([questions.now(), *(fact.recorded_at for account in known for fact in account.facts[-1:])])
    told = [_one(questions, one, history, at) for one, history in zip(asked.reversals, histories, strict=True)]
    return msgspec.json.encode({"at": at, "reversals": told})


def _one(questions: Questions, asked: SellerReversals, history: History | Refusal, at: datetime) -> dict[str, Any]:
    if isinstance(history, Refusal):
        withheld = msgspec.Raw(bytes(problem(history).response().body))
        told: dict[str, Any] = {"standing_before": None, "standing_after": None, "sanctions": (), "entries": ()}
        return {"seller": asked.seller, **told, "problem": withheld}
    return {"seller": asked.seller, **_supposed(questions, history.account, asked, at), "problem": None}


def _supposed(questions: Questions, account: Account, asked: SellerReversals, at: datetime) -> dict[str, Any]:
    found, clock = preview(account, questions.timeline, at, asked.entries), Asked(as_of=at)
    return {
        "standing_before": msgspec.Raw(body_of(found.before, account.version, clock)),
        "standing_after": msgspec.Raw(body_of(found.after, account.version, clock)),
        "sanctions": found.sanctions,
        "entries": [
            {"entry": one.entry, "counts": one.why_not is None, "why_not": one.why_not} for one in found.entries
        ],
    }
