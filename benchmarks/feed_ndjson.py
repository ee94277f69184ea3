"""Claim: a follower can read the log as fast as the server can send bytes: they are stored as they are sent.

Ours: the cases service, one worker, token checked, `GET /feed?after=…&limit=1000` as NDJSON, pages in turn. Limit: a
bare ASGI route that sends a page of as many bytes. Peers: FastAPI over stock eventsourcing's notification log, and over
a query of SQLAlchemy, pages of as many events, each in the form that the peer has.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from benchmarks import serving, stock
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import append_all, samples
from benchmarks.fold import stock_decided
from benchmarks.standing_http import fill_crud
from services.cases.tables import TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.sqlite import open_sqlite_log
from tools.stack import Stack

SIZE: Final = 200_000  # events a round
PAGE: Final = 1000
PAGES: Final = 10  # in the log
CONNECTIONS: Final = 4
NDJSON: Final = "application/x-ndjson"


def fill_ours(stack: Stack) -> None:
    """Write the cases log of a stack."""
    file = stack.folder / "cases" / "cases.db"
    file.parent.mkdir()
    with closing(open_sqlite_log(file, utc_now, TABLES)) as log:
        append_all(log, samples(PAGE * PAGES))


def fill_stock(home: Path) -> Path:
    """Write the stock peer's decisions; return its file."""
    file = home / "stock-cases.db"
    stock_decided(stock.on_sqlite(file), samples(PAGE * PAGES)).close()
    return file


def asking(stack: Stack) -> serving.Asking:
    """Return what a round sends: pages in turn."""
    paths = [f"/feed?after={PAGE * number}&limit={PAGE}" for number in range(PAGES)]
    return serving.Asking(paths, stack.token("follower", "ledger"), NDJSON, CONNECTIONS)


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the same decisions three times and start four servers; each round reads `size` events, by whole pages."""
    with TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        stack = Stack(home)
        fill_ours(stack)
        running.callback(stack.stop)
        stack.start("cases")
        stack.wait_ready("cases")
        asked, jwks = asking(stack), str(stack.keys / "jwks.json")
        page = serving.answer_of(stack.url("cases"), asked)
        of_stock = {"STOCK_CASES": str(fill_stock(home)), "STOCK_JWKS": jwks}
        of_crud = {"CRUD_URL": f"sqlite:///{fill_crud(home, PAGE * PAGES)}", "CRUD_JWKS": jwks}
        ports = {
            "ours": stack.ports["cases"],
            "limit": running.enter_context(serving.bare(len(page))),
            "stock": running.enter_context(serving.uvicorn("benchmarks.stock_http:app", of_stock, asked.paths[0])),
            "crud": running.enter_context(serving.uvicorn("benchmarks.crud_http:app", of_crud, asked.paths[0])),
        }
        serving.demand_lines({name: port for name, port in ports.items() if name != "limit"}, asked, PAGE)
        client, requests = serving.client(running), max(1, size // PAGE)
        yield {name: serving.contender(client, port, asked, requests, PAGE) for name, port in ports.items()}


COMPARISONS: Final = (Comparison("feed_ndjson", "sqlite", "events/s", SIZE, on_sqlite),)
