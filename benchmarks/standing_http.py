"""Claim: a seller's standing is answered over HTTP nearly as fast as the server can answer anything.

Ours: the ledger service, one worker, token checked, `GET /sellers/{id}/standing`. Limit: a bare ASGI route that sends
as many bytes. Peers: FastAPI over a stock repository, and FastAPI over SQLAlchemy with a `SUM` per seller; token
checked in the same way, answers as long. All under uvicorn with uvloop and httptools, each in a process of its own, as
is the client.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Final

from benchmarks import serving
from benchmarks.comparison import Contender
from benchmarks.decisions import ENTRIES_PER_SELLER, fill, samples, seller_name
from benchmarks.fold import stock_decided, stock_folds
from benchmarks.folding import fold
from benchmarks.places import Places, fill_crud, on_both, stock_settings
from tools.stack import Stack

SIZE: Final = 20_000
SELLERS: Final = 500


def fill_stock(places: Places, entries: int) -> dict[str, str]:
    """Write the stock peer's ledger of so many decisions; return what leads its server there."""
    with closing(stock_decided(places.stock("cases"), samples(entries))) as cases:
        stock_folds(places.stock("ledger"), cases, entries)
    return stock_settings(places, "ledger")


def asking(stack: Stack, sellers: int) -> serving.Asking:
    """Return what a round sends: sellers in turn."""
    paths = [f"/sellers/{seller_name(number)}/standing" for number in range(sellers)]
    return serving.Asking(paths, stack.token("officer", "o-1"))


@contextmanager
def prepared(size: int, places: Places) -> Iterator[Mapping[str, Contender]]:
    """Prepare the same sellers three times and start four servers; each round sends `size` requests to one of them."""
    entries = SELLERS * ENTRIES_PER_SELLER
    with ExitStack() as running:
        with closing(places.ledger()) as log:
            fold(log, fill(places.home / "decided.db", entries))
        stack = Stack(places.home, settings=places.settings)
        serving.ledger_only(running, stack)
        asked = asking(stack, SELLERS)
        length = len(serving.answer_of(stack.url("ledger"), asked))
        ports = serving.beside(
            running,
            stack.ports["ledger"],
            length,
            stock={"BODY_BYTES": str(length), **fill_stock(places, entries)},
            crud={"BODY_BYTES": str(length), "CRUD_URL": fill_crud(places, entries)},
            jwks=stack.keys / "jwks.json",
            ready=asked.paths[0],
        )
        serving.demand_length(ports, asked, length)
        client = serving.client(running)
        yield {name: serving.contender(client, port, asked, size) for name, port in ports.items()}


COMPARISONS: Final = on_both("standing_http", "requests/s", SIZE, prepared)
