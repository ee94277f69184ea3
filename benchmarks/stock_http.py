"""The peer of an HTTP answer: FastAPI over a stock repository, tokens checked and remembered as we do it.

`STOCK_LEDGER` in the environment is the peer's ledger file, `STOCK_JWKS` the key set, `BODY_BYTES` how long a standing
is, so that both sides move as many bytes: `note` makes up for what the peer does not know.
"""

import os
from pathlib import Path

from fastapi import Depends, FastAPI
from pydantic import BaseModel

from benchmarks.stock import StockLedger, on_sqlite
from shared.kit.auth import open_verifier, require
from shared.kit.localkeys import AUDIENCE, ISSUER
from shared.kit.problem import Problem, answer

ledger = StockLedger(on_sqlite(Path(os.environ["STOCK_LEDGER"])))
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
    known = Points(seller=seller, points=ledger.points(seller), note="")
    return known.model_copy(update={"note": "x" * (length - len(known.model_dump_json()))})
