"""Claim: a seller's standing is answered over HTTP nearly as fast as the server can answer anything.

Ours: the ledger service, one worker, token checked, `GET /sellers/{id}/standing`. Limit: a bare ASGI route that sends
as many bytes. Peers: FastAPI over a stock repository, and FastAPI over SQLAlchemy with a `SUM` per seller; token
checked in the same way, answers as long. All under uvicorn with uvloop and httptools, each in a process of its own, as
is the client.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import crud, serving, stock
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import ENTRIES_PER_SELLER, fill, samples, seller_name
from benchmarks.fold import ours_in_file, stock_decided, stock_folds
from tools.stack import Stack

SIZE: Final = 20_000
SELLERS: Final = 500


def fill_stock(home: Path, entries: int) -> Path:
    """Write the stock peer's ledger of so many decisions; return its file."""
    ledger, decided = home / "stock-ledger.db", samples(entries)
    with closing(stock_decided(stock.on_sqlite(home / "stock-cases.db"), decided)) as cases:
        stock_folds(stock.on_sqlite(ledger), cases, entries)
    return ledger


def fill_crud(home: Path, entries: int) -> Path:
    """Write the CRUD peer's table of so many decisions; return its file."""
    file = home / "crud.db"
    with crud.made(crud.sqlite(file)) as engine:
        crud.fill(engine, samples(entries))
    return file


def asking(stack: Stack, sellers: int) -> serving.Asking:
    """Return what a round sends: sellers in turn."""
    paths = [f"/sellers/{seller_name(number)}/standing" for number in range(sellers)]
    return serving.Asking(paths, stack.token("officer", "o-1"))


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the same sellers three times and start four servers; each round sends `size` requests to one of them."""
    entries = SELLERS * ENTRIES_PER_SELLER
    with TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        (home / "ledger").mkdir()
        ours_in_file(home / "ledger" / "ledger.db", fill(home / "cases.db", entries))
        stack = Stack(home)
        serving.ledger_only(running, stack)
        asked = asking(stack, SELLERS)
        length, ready = len(serving.answer_of(stack.url("ledger"), asked)), asked.paths[0]
        jwks = str(stack.keys / "jwks.json")
        of_stock = {"STOCK_LEDGER": str(fill_stock(home, entries)), "STOCK_JWKS": jwks, "BODY_BYTES": str(length)}
        of_crud = {"CRUD_URL": f"sqlite:///{fill_crud(home, entries)}", "CRUD_JWKS": jwks, "BODY_BYTES": str(length)}
        ports = {
            "ours": stack.ports["ledger"],
            "limit": running.enter_context(serving.bare(length)),
            "stock": running.enter_context(serving.uvicorn("benchmarks.stock_http:app", of_stock, ready)),
            "crud": running.enter_context(serving.uvicorn("benchmarks.crud_http:app", of_crud, ready)),
        }
        serving.demand_length(ports, asked, length)
        client = serving.client(running)
        yield {name: serving.contender(client, port, asked, size) for name, port in ports.items()}


COMPARISONS: Final = (Comparison("standing_http", "sqlite", "requests/s", SIZE, on_sqlite),)
