"""Claim: where a seller with 50 entries stood, at any two clocks, is answered by computing it, and quickly.

Ours: `as_of`, when it counts, and `known_at`, what was known, both drawn at random, over HTTP (`as_of`) and asked of
the ledger in process (`as_of_in_process`). Limit over HTTP: a bare ASGI route that sends as many bytes. Limit in
process: the bare driver that reads the seller's events known by then, decodes them and adds up their points, without
any rule. No peer keeps a second clock, so none is asked. Every question is about another seller than the one before.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Final
from urllib.parse import quote

import msgspec

from benchmarks import raw, serving
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import fill_over, seller_name
from benchmarks.folding import CACHED_ACCOUNTS, TIMELINE, fold
from benchmarks.places import Places, files, on_both
from services.ledger.accounts import stream_of
from services.ledger.history import Histories
from services.ledger.progress import Progress
from services.ledger.publication import Publication
from services.ledger.questions import Answer, Questions
from services.ledger.rendering import Asked
from services.ledger.standings import Standings
from shared.kit import cloudevent
from shared.kit.log.instant import to_us, utc_now
from tools.stack import Stack

SIZE: Final = 5000
SELLERS: Final = 100
ENTRIES: Final = 50
QUESTIONS: Final = 5000  # different ones; more requests than that begin again
EVERY: Final = timedelta(days=14)
LAST: Final = timedelta(days=30)  # ago

_EVENTS: Final = "SELECT state FROM stored_events WHERE originator_id = ? AND recorded_us <= ? ORDER BY rowid"


class Entry(msgspec.Struct):
    """What a total needs of an entry."""

    points: int


class Recorded(msgspec.Struct):
    """What the ledger's event says of it."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class Question:
    """A seller and two instants."""

    seller: str
    as_of: datetime
    known_at: datetime

    def path(self) -> str:
        """Return the question as it is asked over HTTP."""
        as_of, known_at = (quote(instant.isoformat()) for instant in (self.as_of, self.known_at))
        return f"/sellers/{self.seller}/standing?as_of={as_of}&known_at={known_at}"


def instants(until: datetime) -> list[datetime]:
    """Return when the decisions were recorded: `ENTRIES` of them, the last one at `until`."""
    return [until - EVERY * number for number in reversed(range(ENTRIES))]


def questions(recorded: Sequence[datetime]) -> list[Question]:
    """Return questions about instants from the first decision to a year after the last; the same in every run."""
    drawn, whole = random.Random(23), recorded[-1] - recorded[0]
    return [
        Question(
            seller_name(number % SELLERS),
            recorded[0] + timedelta(seconds=int(drawn.random() * (whole + timedelta(days=365)).total_seconds())),
            recorded[0] + timedelta(seconds=int(drawn.random() * whole.total_seconds())),
        )
        for number in range(QUESTIONS)
    ]


def prepared(places: Places) -> list[Question]:
    """Write a ledger in which every seller has `ENTRIES` entries; return what is asked."""
    recorded = instants(datetime.now(UTC).replace(microsecond=0) - LAST)
    with closing(places.ledger()) as log:
        fold(log, fill_over(places.home / "decided.db", SELLERS, recorded))
    return questions(recorded)


@contextmanager
def over_http(size: int, places: Places) -> Iterator[Mapping[str, Contender]]:
    """Prepare sellers and start two servers; each round sends `size` requests to one of them."""
    with ExitStack() as running:
        asked = prepared(places)
        stack = Stack(places.home, settings=places.settings)
        serving.ledger_only(running, stack)
        asking = serving.Asking([question.path() for question in asked], stack.token("officer", "o-1"))
        bare = running.enter_context(serving.bare(len(serving.answer_of(stack.url("ledger"), asking))))
        client = serving.client(running)
        yield {
            "ours": serving.contender(client, stack.ports["ledger"], asking, size),
            "limit": serving.contender(client, bare, asking, size),
        }


@contextmanager
def in_process(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare sellers; each round asks `size` questions."""
    with files() as places, ExitStack() as running:
        asked = prepared(places)
        connection = running.enter_context(closing(raw.reader(places.home / "ledger" / "ledger.db")))
        log = running.enter_context(closing(places.ledger()))
        codec, progress = Publication(TIMELINE), Progress()
        told = Questions(TIMELINE, Standings(log, CACHED_ACCOUNTS), Histories(log, codec, 5000), progress, utc_now)
        decoder = msgspec.json.Decoder(Recorded)

        def ours() -> float:
            start = perf_counter()
            for question in _repeated(asked, size):
                answer = told.standing(question.seller, Asked(question.as_of, question.known_at, None, None))
                assert isinstance(answer, Answer)
            return size / (perf_counter() - start)

        def limit() -> float:
            start = perf_counter()
            for question in _repeated(asked, size):
                rows = connection.execute(_EVENTS, (stream_of(question.seller), to_us(question.known_at)))
                assert sum(decoder.decode(cloudevent.decode(state).data).entry.points for (state,) in rows) >= 0
            return size / (perf_counter() - start)

        yield {"ours": ours, "limit": limit}


def _repeated(asked: Sequence[Question], size: int) -> Iterator[Question]:
    return (asked[number % len(asked)] for number in range(size))


COMPARISONS: Final = (
    *on_both("as_of", "requests/s", SIZE, over_http),
    Comparison("as_of_in_process", "sqlite", "questions/s", SIZE, in_process),
)
