"""The peer that most would write first: a table of penalties behind SQLAlchemy, a total asked for with SUM.

It writes one row where we write a fact, a row of the work queue, a key and the tree: it can be asked for a total and
for nothing else. Its durability is the same, which `demand_full` makes sure of.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, Text, create_engine, event, func, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from benchmarks.decisions import Sample

FULL: Final = 2
CONNECTIONS: Final = 8
CHUNK: Final = 5000


class Base(DeclarativeBase):
    """Its tables."""


class Penalty(Base):
    """One decision. `details` holds what our event says beside the columns, as the JSON that it is with us."""

    __tablename__ = "penalties"

    id: Mapped[int] = mapped_column(primary_key=True)
    seller: Mapped[str] = mapped_column(index=True)
    case_id: Mapped[str] = mapped_column(unique=True)
    track: Mapped[str]
    grade: Mapped[str]
    points: Mapped[int]
    rulebook: Mapped[str]
    request_key: Mapped[str] = mapped_column(unique=True)
    recorded_at: Mapped[datetime]
    details: Mapped[str] = mapped_column(Text)


def sqlite(path: Path) -> Engine:
    """Return an engine on a file, as durable as we are; one connection, since SQLite has one writer."""
    engine = create_engine(f"sqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=600)

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {FULL}")

    return engine


def at(address: str) -> Engine:
    """Return an engine on the database of an address that SQLAlchemy knows, to prepare, not to measure."""
    return create_engine(address)


def postgres(url: str, schema: str) -> Engine:
    """Return an engine on a schema of PostgreSQL."""
    options = {"options": f"-c search_path={schema}"}
    address = url.replace("postgresql://", "postgresql+psycopg://", 1)
    return create_engine(address, pool_size=CONNECTIONS, max_overflow=0, pool_timeout=600, connect_args=options)


@contextmanager
def made(engine: Engine) -> Iterator[Engine]:
    """Make the table, and close every connection at the end."""
    try:
        Base.metadata.create_all(engine)
        demand_full(engine)
        yield engine
    finally:
        engine.dispose()


def demand_full(engine: Engine) -> None:
    """Make sure that the peer is as durable as we are.

    Raises:
        RuntimeError: it is not.
    """
    asked = "PRAGMA synchronous" if engine.dialect.name == "sqlite" else "SHOW synchronous_commit"
    with engine.connect() as connection:
        told = connection.execute(text(asked)).scalar_one()
    if told not in (FULL, "on"):
        raise RuntimeError(f"the peer answers {asked} with {told}, it is not as durable as we are")


def row(sample: Sample, details: str) -> dict[str, Any]:
    """Return a decision as the columns of its row."""
    return {
        "seller": sample.seller,
        "case_id": sample.case,
        "track": "ordinary",
        "grade": sample.event.grade,
        "points": sample.event.points,
        "rulebook": sample.event.rulebook.id,
        "request_key": f"o-1 {sample.case}",
        "recorded_at": datetime.now(UTC),
        "details": details,
    }


def add(engine: Engine, sample: Sample, details: str) -> None:
    """Record one decision, durably."""
    with Session(engine) as session:
        session.add(Penalty(**row(sample, details)))
        session.commit()


def fill(engine: Engine, decided: list[Sample]) -> None:
    """Record many, in few transactions."""
    insert_all(engine, (row(sample, sample.details()) for sample in decided))


def insert_all(engine: Engine, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows, in few transactions."""
    waiting = iter(rows)
    while some := list(islice(waiting, CHUNK)):
        with engine.begin() as connection:
            connection.execute(insert(Penalty), some)


def total(session: Session, seller: str) -> tuple[int, int]:
    """Return the points of a seller and how many decisions they come from."""
    asked = select(func.coalesce(func.sum(Penalty.points), 0), func.count()).where(Penalty.seller == seller)
    points, entries = session.execute(asked).one()
    return int(points), int(entries)


def page(session: Session, after: int, limit: int) -> list[Penalty]:
    """Return the decisions after an id, in its order."""
    return list(session.scalars(select(Penalty).where(Penalty.id > after).order_by(Penalty.id).limit(limit)))
