"""The stock peer over HTTP: FastAPI over repository and notification log, tokens checked and remembered as we do it.

`STOCK_LEDGER` and `STOCK_CASES` in the environment are the settings of its applications as JSON, `STOCK_JWKS` the key
set, `BODY_BYTES` how long a standing is, so that both sides move as many bytes: `note` makes up for what the peer does
not know.
"""

import json
import os
from typing import Annotated

from eventsourcing.application import LocalNotificationLog
from fastapi import Depends, FastAPI, Query, Response
from pydantic import BaseModel

from benchmarks.stock import StockCases, StockLedger
from shared.kit.auth import open_verifier, require
from shared.kit.collecting import collect_seldom
from shared.kit.localkeys import AUDIENCE, ISSUER
from shared.kit.problem import Problem, answer

PAGE = 1000

ledger = StockLedger(json.loads(os.environ["STOCK_LEDGER"])) if "STOCK_LEDGER" in os.environ else None
cases = StockCases(json.loads(os.environ["STOCK_CASES"])) if "STOCK_CASES" in os.environ else None
length = int(os.environ.get("BODY_BYTES", "0"))
app = FastAPI()
app.add_exception_handler(Problem, answer)
app.state.verifier = open_verifier(os.environ["STOCK_JWKS"], issuer=ISSUER, audience=AUDIENCE)


class Points(BaseModel):
    """What the peer knows of a seller."""

    seller: str
    points: int
    note: str


@app.get("/sellers/{seller}/standing", dependencies=[Depends(require("standing:read"))])
def standing(seller: str) -> Points:
    """Replay the account's aggregate and return its points."""
    assert ledger is not None
    known = Points(seller=seller, points=ledger.points(seller), note="")
    return known.model_copy(update={"note": "x" * (length - len(known.model_dump_json()))})


@app.get("/feed", dependencies=[Depends(require("feed:read"))])
def feed(after: int = 0, limit: Annotated[int, Query(le=PAGE)] = 100) -> Response:
    """Notifications after a position, one JSON object per line; their states are JSON already and go out as text."""
    assert cases is not None
    notifications = LocalNotificationLog(cases.recorder, PAGE).select(after + 1, limit)
    lines = (
        json.dumps({"id": one.id, "stream": str(one.originator_id), "type": one.topic, "state": one.state.decode()})
        for one in notifications
    )
    return Response("\n".join([*lines, ""]), media_type="application/x-ndjson")


collect_seldom()  # as our services do
