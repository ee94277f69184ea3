"""Where the rows over HTTP keep their histories: in files of a folder, or in schemas of one PostgreSQL."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from urllib.parse import quote

from benchmarks import crud, postgres, stock
from benchmarks.comparison import Comparison, Contender, Prepared
from benchmarks.decisions import samples
from services.cases.tables import TABLES as CASES_TABLES
from services.ledger.tables import TABLES as LEDGER_TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.model import EventLog
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.postgres import Place


class Places(Protocol):
    """A new place for each of ours and for each peer, all on one store."""

    @property
    def home(self) -> Path:
        """The folder of keys, and of what is no database."""
        ...

    @property
    def settings(self) -> Mapping[str, str]:
        """What leads our services to their places."""
        ...

    def cases(self) -> EventLog:
        """Return the log of our cases service, to be closed."""
        ...

    def ledger(self) -> EventLog:
        """Return the log of our ledger, to be closed."""
        ...

    def stock(self, name: str) -> Mapping[str, str]:
        """Return the settings of a stock application of this name."""
        ...

    def crud(self) -> str:
        """Return the address of the CRUD peer's database."""
        ...


@dataclass(frozen=True)
class Files:
    """SQLite: files of one folder, as the services name theirs."""

    home: Path
    settings: Mapping[str, str]

    def cases(self) -> EventLog:
        """Return the log of our cases service, to be closed."""
        return open_sqlite_log(self._file("cases"), utc_now, CASES_TABLES)

    def ledger(self) -> EventLog:
        """Return the log of our ledger, to be closed."""
        return open_sqlite_log(self._file("ledger"), utc_now, LEDGER_TABLES)

    def stock(self, name: str) -> Mapping[str, str]:
        """Return the settings of a stock application of this name."""
        return stock.on_sqlite(self.home / f"stock-{name}.db")

    def crud(self) -> str:
        """Return the address of the CRUD peer's database."""
        return f"sqlite:///{self.home / 'crud.db'}"

    def _file(self, name: str) -> Path:
        (self.home / name).mkdir(exist_ok=True)
        return self.home / name / f"{name}.db"


@dataclass(frozen=True)
class Schemas:
    """PostgreSQL: schemas of one server, gone afterwards; `home` holds keys and what is no database."""

    home: Path
    settings: Mapping[str, str]
    ours: Mapping[str, Place]
    peers: Mapping[str, str]

    def cases(self) -> EventLog:
        """Return the log of our cases service, to be closed."""
        return open_postgres_log(self.ours["cases"].dsn, self.ours["cases"].schema, utc_now, CASES_TABLES)

    def ledger(self) -> EventLog:
        """Return the log of our ledger, to be closed."""
        return open_postgres_log(self.ours["ledger"].dsn, self.ours["ledger"].schema, utc_now, LEDGER_TABLES)

    def stock(self, name: str) -> Mapping[str, str]:
        """Return the settings of a stock application of this name."""
        return stock.on_postgres(self.peers[name])

    def crud(self) -> str:
        """Return the address of the CRUD peer's database."""
        address = postgres.url().replace("postgresql://", "postgresql+psycopg://", 1)
        return f"{address}?options={quote('-csearch_path=' + self.peers['crud'])}"


@contextmanager
def files() -> Iterator[Places]:
    """Yield places in a new folder."""
    with TemporaryDirectory() as folder:
        yield Files(Path(folder), {})


@contextmanager
def schemas() -> Iterator[Places]:
    """Yield places in new schemas."""
    with TemporaryDirectory() as folder, ExitStack() as running:
        tables = {"cases": CASES_TABLES, "ledger": LEDGER_TABLES}
        ours = {name: running.enter_context(postgres.migrated(some)) for name, some in tables.items()}
        peers = {name: running.enter_context(postgres.schema()) for name in ("cases", "ledger", "crud")}
        settings: dict[str, str] = {}
        for name, at in ours.items():
            settings |= {f"{name.upper()}_DATABASE_URL": at.dsn, f"{name.upper()}_DATABASE_SCHEMA": at.schema}
        yield Schemas(Path(folder), settings, ours, peers)


def on_both(row: str, unit: str, size: int, prepared: Callable[[int, Places], Prepared]) -> tuple[Comparison, ...]:
    """Return a row on each store; `prepared` makes the contenders of so many operations in the places of one."""

    def on(opened: Callable[[], AbstractContextManager[Places]]) -> Callable[[int], Prepared]:
        @contextmanager
        def contenders(size: int) -> Iterator[Mapping[str, Contender]]:
            with opened() as places, prepared(size, places) as made:
                yield made

        return contenders

    return (
        Comparison(row, "sqlite", unit, size, on(files)),
        Comparison(row, "postgres", unit, size, on(schemas)),
    )


def fill_crud(places: Places, entries: int) -> str:
    """Write the CRUD peer's table of so many decisions; return its address."""
    address = places.crud()
    with crud.made(crud.at(address)) as engine:
        crud.fill(engine, samples(entries))
    return address


def stock_settings(places: Places, name: str) -> dict[str, str]:
    """Return what leads the stock peer's server to an application of this name."""
    return {f"STOCK_{name.upper()}": json.dumps(dict(places.stock(name)))}
