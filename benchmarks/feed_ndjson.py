"""Claim: a follower can read the log as fast as the server can send bytes: they are stored as they are sent.

Ours: the cases service, one worker, token checked, `GET /feed?after=…&limit=1000` as NDJSON, pages in turn. Limit: a
bare ASGI route that sends a page of as many bytes. Peers: FastAPI over stock eventsourcing's notification log, and over
a query of SQLAlchemy, pages of as many events, each in the form that the peer has.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from typing import Final

from benchmarks import serving
from benchmarks.appending import listed
from benchmarks.comparison import Contender
from benchmarks.decisions import append_all, samples
from benchmarks.fold import stock_decided
from benchmarks.places import Places, fill_crud, on_both, stock_settings
from tools.stack import Stack

SIZE: Final = 200_000  # events a round
PAGE: Final = 1000
PAGES: Final = 10  # in the log
CONNECTIONS: Final = 4
NDJSON: Final = "application/x-ndjson"


def fill_ours(places: Places) -> None:
    """Write the log of our cases service."""
    with closing(places.cases()) as log:
        append_all(log, samples(PAGE * PAGES), listed)


def fill_stock(places: Places) -> dict[str, str]:
    """Write the stock peer's decisions; return what leads its server there."""
    stock_decided(places.stock("cases"), samples(PAGE * PAGES)).close()
    return stock_settings(places, "cases")


def asking(stack: Stack) -> serving.Asking:
    """Return what a round sends: pages in turn."""
    paths = [f"/feed?after={PAGE * number}&limit={PAGE}" for number in range(PAGES)]
    return serving.Asking(paths, stack.token("follower", "ledger"), NDJSON, CONNECTIONS)


@contextmanager
def prepared(size: int, places: Places) -> Iterator[Mapping[str, Contender]]:
    """Prepare the same decisions three times and start four servers; each round reads `size` events, by whole pages."""
    with ExitStack() as running:
        fill_ours(places)
        stack = Stack(places.home, settings=places.settings)
        running.callback(stack.stop)
        stack.start("cases")
        stack.wait_ready("cases")
        asked = asking(stack)
        ports = serving.beside(
            running,
            stack.ports["cases"],
            len(serving.answer_of(stack.url("cases"), asked)),
            stock=fill_stock(places),
            crud={"CRUD_URL": fill_crud(places, PAGE * PAGES)},
            jwks=stack.keys / "jwks.json",
            ready=asked.paths[0],
        )
        serving.demand_lines({name: port for name, port in ports.items() if name != "limit"}, asked, PAGE)
        client, requests = serving.client(running), max(1, size // PAGE)
        yield {name: serving.contender(client, port, asked, requests, PAGE) for name, port in ports.items()}


COMPARISONS: Final = on_both("feed_ndjson", "events/s", SIZE, prepared)
