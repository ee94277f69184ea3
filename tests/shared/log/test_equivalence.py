"""The same calls have the same observable results in every store, in one batch or one by one, whatever they are."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from shared.kit import cloudevent
from shared.kit.cloudevent import Draft, Encode
from shared.kit.log.model import Append, EventLog, Idempotency, Outcome, Stamp, Tracking
from shared.kit.log.rows import Operator, Put, Remove, RowChange, Unless, Value, Where, ordering
from tests.support.logs import ITEMS, STORES, StandingClock, draft, everything, store_at

KINDS = ("demerit.test.red.v1", "demerit.test.green.v1")
OPERATORS: tuple[Operator, ...] = ("=", "<", "<=", ">", ">=")
COLUMNS = tuple(ITEMS.columns)

streams = st.sampled_from(["case-1", "case-2", "case-3"])
shelves = st.sampled_from(["a", "b", ""])
labels = st.none() | st.sampled_from(["pear", "plum", "é", "卖"])
weights = st.none() | st.integers(-2, 2)
contents = st.none() | st.binary(max_size=2)
numbers = st.integers(0, 3)
rows: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"shelf": shelves, "number": numbers}, optional={"label": labels, "weight": weights, "content": contents}
)
changes = st.lists(
    rows.map(lambda row: Put(ITEMS, row)) | st.tuples(shelves, numbers).map(lambda key: Remove(ITEMS, key)), max_size=4
)
orders = st.lists(st.sampled_from(COLUMNS), max_size=3, unique=True)
values: dict[str, st.SearchStrategy[Any]] = {
    "shelf": shelves,
    "number": numbers,
    "label": labels,
    "weight": weights,
    "content": contents,
}
wheres = (
    st.tuples(st.just("weight"), st.sampled_from(OPERATORS), st.integers(-2, 2))
    | st.tuples(st.just("label"), st.sampled_from(OPERATORS), st.sampled_from(["pear", "é"]))
    | st.tuples(st.just("number"), st.just("in"), st.lists(numbers, max_size=3))
    | st.tuples(st.sampled_from(COLUMNS), st.sampled_from(["null", "not null"]), st.none())
).map(lambda parts: Where(*parts))


def one_source(_: str) -> Encode:
    """Render as if both logs had one name, so that their bytes can be compared."""
    return cloudevent.encoder("urn:uuid:00000000-0000-0000-0000-000000000000")


def kept(scope: str) -> Idempotency:
    return Idempotency(scope, scope.encode(), lambda stamps: repr(stamps).encode())


def drafted(log: EventLog, wanted: Sequence[tuple[str, int, int, str]]) -> list[Draft]:
    """Return drafts that follow on what stands in their streams, or miss it by the given step."""
    drafts: list[Draft] = []
    for stream, step, kind, subject in wanted:
        before = len(log.stream(stream)) + sum(one.stream == stream for one in drafts)
        drafts.append(draft(stream, before + 1 + step, kind=KINDS[kind], subject=subject))
    return drafts


class AlikeLogs(RuleBasedStateMachine):
    """Does everything in every store, and in memory once more with each append by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = StandingClock()
        self.stores = [store_at(name, Path(self.folder.name)) for name in STORES]
        self.logs = [store.open(self.clock, encode_for=one_source) for store in self.stores]
        self.one_by_one = self.stores[0].open(self.clock, encode_for=one_source)
        self.logs.append(self.one_by_one)

    def alike(self, call: Callable[[EventLog], Any]) -> Any:
        """Return what every log answers."""
        first, *others = [call(log) for log in self.logs]
        assert others == [first] * len(others)
        return first

    @rule(
        batch=st.lists(
            st.tuples(
                st.lists(
                    st.tuples(streams, st.sampled_from([0, 0, 0, 1, -1]), st.integers(0, 1), st.sampled_from("xy")),
                    max_size=3,
                ),
                changes,
                st.none() | st.sampled_from(["k1", "k2", "k3", "k4"]),
                st.none() | st.integers(0, 6),
                st.lists(st.lists(wheres, max_size=2).map(lambda where: Unless(ITEMS, tuple(where))), max_size=2),
            ),
            max_size=3,
        )
    )
    def append(
        self, batch: list[tuple[list[tuple[str, int, int, str]], list[RowChange], str | None, int | None, list[Unless]]]
    ) -> None:
        def rows_of(given: list[RowChange]) -> Callable[[Sequence[Stamp]], Sequence[RowChange]]:
            return lambda _: given

        appends = [
            Append(
                drafted(self.logs[0], wanted),
                rows_of(given),
                kept(key) if key else None,
                Tracking("cases", position) if position is not None else None,
                unless,
            )
            for wanted, given, key, position, unless in batch
        ]

        def append(log: EventLog) -> list[Outcome]:
            return [log.append(one) for one in appends] if log is self.one_by_one else log.append_batch(appends)

        self.alike(append)

    @rule(seconds=st.sampled_from([-5, 0, 0.4, 1, 60]))
    def move_the_clock(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(
        after=st.integers(0, 30),
        limit=st.integers(1, 12),
        types=st.lists(st.sampled_from([*KINDS, "demerit.test.none.v1"]), max_size=3),
        subject=st.none() | st.sampled_from("xyz"),
    )
    def read(self, after: int, limit: int, types: list[str], subject: str | None) -> None:
        self.alike(lambda log: log.read(after, limit, types=types, subject=subject))

    @rule(names=st.lists(streams, max_size=3))
    def read_streams(self, names: list[str]) -> None:
        self.alike(lambda log: log.stream(*names))

    @rule(where=st.lists(wheres, max_size=2), order=orders, limit=st.integers(1, 5), data=st.data())
    def select(self, where: list[Where], order: list[str], limit: int, data: st.DataObject) -> None:
        after: tuple[Value, ...] = ()
        if data.draw(st.booleans()):
            after = tuple(data.draw(values[column]) for column in ordering(ITEMS, order))
        self.alike(lambda log: log.select(ITEMS, *where, order=order, limit=limit, after=after))

    @rule(after=st.integers(0, 10))
    def wait(self, after: int) -> None:
        self.alike(lambda log: log.wait(after, 0))

    @rule(key=st.tuples(shelves, numbers))
    def get(self, key: tuple[str, int]) -> None:
        self.alike(lambda log: log.get(ITEMS, *key))

    @invariant()
    def the_same_stands_in_all(self) -> None:
        self.alike(lambda log: log.head())
        self.alike(lambda log: log.tracked("cases"))
        self.alike(lambda log: [log.kept(scope) for scope in ("k1", "k2", "k3", "k4")])

    def teardown(self) -> None:
        self.alike(everything)
        for store in self.stores:
            store.close()
        self.folder.cleanup()


TestAlikeLogs = AlikeLogs.TestCase
TestAlikeLogs.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
