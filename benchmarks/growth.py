"""`make bench-growth`: does it stay as fast while the log grows? From 10³ decisions, tenfold each time, up to `SIZE`.

One history grows; at each size the same things are measured of it, and of the CRUD peer with as many rows: appends one
by one, the fold of what came since the last size, standings over HTTP of sellers drawn from all, pages of the feed over
HTTP. Each curve is a chart. The files of 10⁷ decisions take tens of gigabytes and the run more than an hour.
"""

import json
import random
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated, Any, Final, TypeVar

import typer

from benchmarks import crud, feed_ndjson, harness, serving
from benchmarks.appending import append, listed
from benchmarks.decisions import ENTRIES_PER_SELLER, Sample, append_all, pages, samples, seller_name
from benchmarks.folding import Folding
from benchmarks.plot import chart
from benchmarks.report import write_between
from services.cases.tables import TABLES as CASES_TABLES
from services.ledger.tables import TABLES as LEDGER_TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.sqlite import open_sqlite_log
from tools.stack import Stack

SMALLEST: Final = 1000
LARGEST: Final = 100_000
ALONE: Final = 500  # appended one by one at each size
ASKED: Final = 2000  # sellers asked about
PAGES_READ: Final = 50
READY_WITHIN_S: Final = 900.0
FOLDER: Final = Path("var/bench")
PLOTS: Final = Path("docs/plots")
DOCUMENT: Final = Path("docs/performance.md")
BEGIN: Final = "<!-- plots: make bench-growth DOCUMENT=1 -->"
END: Final = "<!-- end of plots -->"
TITLES: Final = {
    "append": ("Appends one by one", "decisions per second"),
    "fold": ("Fold", "decisions per second"),
    "standing_http": ("Standings over HTTP", "requests per second"),
    "feed_ndjson": ("Feed as NDJSON over HTTP", "events per second"),
}

Piece = TypeVar("Piece")
Curves = dict[str, dict[str, list[tuple[int, float]]]]  # row → contender → (decisions, per second)


class Growing:
    """The files of a history that grows: our two logs and the peer's table, and how far they have come."""

    def __init__(self, home: Path) -> None:
        self.stack, self.size = Stack(home), 0
        self.cases, self.ledger, self.crud = home / "cases/cases.db", home / "ledger/ledger.db", home / "crud.db"
        for file in (self.cases, self.ledger):
            file.parent.mkdir()

    def grow(self, size: int) -> Iterator[tuple[str, str, float]]:
        """Grow to so many decisions; yield what was measured on the way: row, contender, per second."""
        added = samples(size - self.size, first=self.size // ENTRIES_PER_SELLER)
        bulk, alone = added[:-ALONE], added[-ALONE:]
        before, self.size = self.size, size
        with closing(open_sqlite_log(self.cases, utc_now, CASES_TABLES)) as log:
            append_all(log, bulk, listed)
            yield "append", "ours", _rate(alone, lambda sample: append(log, sample))
            with closing(open_sqlite_log(self.ledger, utc_now, LEDGER_TABLES)) as ledger:
                folding = Folding(ledger)
                took = sum(_seconds(folding.fold, page) for page in pages(log, before))
                yield "fold", "ours", len(added) / took
        with crud.made(crud.sqlite(self.crud)) as engine:
            crud.fill(engine, bulk)
            yield "append", "crud", _rate(alone, lambda sample: crud.add(engine, sample, sample.details()))

    def ask(self) -> Iterator[tuple[str, str, float]]:
        """Start all servers and ask them; yield what was measured: row, contender, per second."""
        token = self.stack.token("officer", "o-1")
        drawn = random.Random(self.size)
        sellers = [seller_name(drawn.randrange(self.size // ENTRIES_PER_SELLER)) for _ in range(ASKED)]
        standings = serving.Asking([f"/sellers/{seller}/standing" for seller in sellers], token)
        step = max(feed_ndjson.PAGE, self.size // PAGES_READ)
        starts = range(0, self.size, step)
        paths = [f"/feed?after={after}&limit={feed_ndjson.PAGE}" for after in starts]
        follower = self.stack.token("follower", "ledger")
        feed = serving.Asking(paths, follower, feed_ndjson.NDJSON, feed_ndjson.CONNECTIONS)
        with ExitStack() as running:
            running.callback(self.stack.stop)
            for name in ("cases", "ledger"):
                self.stack.start(name)
                self.stack.wait_ready(name, path="/health/live", within_s=READY_WITHIN_S)
            settings = {
                "CRUD_URL": f"sqlite:///{self.crud}",
                "CRUD_JWKS": str(self.stack.keys / "jwks.json"),
                "BODY_BYTES": str(len(serving.answer_of(self.stack.url("ledger"), standings))),
            }
            peer = running.enter_context(serving.uvicorn("benchmarks.crud_http:app", settings, standings.paths[0]))
            ports, client = self.stack.ports, serving.client(running)
            yield "standing_http", "ours", _asked(client, ports["ledger"], standings, ASKED)
            yield "standing_http", "crud", _asked(client, peer, standings, ASKED)
            yield "feed_ndjson", "ours", feed_ndjson.PAGE * _asked(client, ports["cases"], feed, PAGES_READ)
            yield "feed_ndjson", "crud", feed_ndjson.PAGE * _asked(client, peer, feed, PAGES_READ)


def _seconds(work: Callable[[Piece], object], piece: Piece) -> float:
    start = perf_counter()
    work(piece)
    return perf_counter() - start


def _rate(pieces: list[Sample], work: Callable[[Sample], object]) -> float:
    return len(pieces) / sum(_seconds(work, piece) for piece in pieces)


def _asked(client: serving.Client, port: int, asking: serving.Asking, requests: int) -> float:
    client.rate(port, asking, requests)  # a warm-up that does not count
    return statistics.median(client.rate(port, asking, requests) for _ in range(harness.ROUNDS))


def draw(folder: Path, curves: Curves) -> list[Path]:
    """Write a chart of each row; return their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for row, (title, up) in TITLES.items():
        files.append(folder / f"{row}.svg")
        files[-1].write_text(chart(title, "decisions in the log", up, curves[row]))
    return files


def main(
    size: Annotated[int, typer.Option(help="decisions to grow to", min=SMALLEST, max=10**7)] = LARGEST,
    document: Annotated[bool, typer.Option(help="write the charts into docs/ too")] = False,  # noqa: FBT002  # typer's way
) -> None:
    """Grow, measure at each power of ten, draw."""
    curves: Curves = {row: {} for row in TITLES}
    with TemporaryDirectory() as folder:
        growing, target = Growing(Path(folder)), SMALLEST
        while target <= size:
            for step in (growing.grow(target), growing.ask()):
                for row, name, rate in step:
                    print(f"{target:>12,} {row:<14} {name:<5} {rate:>12,.0f}/s", flush=True)
                    curves[row].setdefault(name, []).append((target, rate))
            target *= 10
    told: dict[str, Any] = {"curves": curves, **harness.environment("sqlite")}
    draw(FOLDER / "plots", curves)
    (FOLDER / "growth.json").write_text(json.dumps(told, indent=1) + "\n")
    if document:
        images = [f"![{TITLES[file.stem][0]}]({PLOTS.name}/{file.name})" for file in draw(PLOTS, curves)]
        write_between(
            DOCUMENT, BEGIN, END, "\n".join([*images, "", f"Measured at {told['commit']}, {told['kernel']}."])
        )


if __name__ == "__main__":
    typer.run(main)
