"""Sorted rows side by side, and long lists in pieces: so that memory does not grow with a store."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

GROUP: Final = 500  # values in one query

Left = TypeVar("Left")
Right = TypeVar("Right")


def joined(
    left: Iterable[tuple[str, Left]], right: Iterable[tuple[str, Right]]
) -> Iterator[tuple[str, Left | None, Right | None]]:
    """Yield the keys of both, with what each has for them or None; both come sorted by the keys' bytes."""
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0].encode() < other[0].encode()):
            assert one is not None  # noqa: S101  # one of both is there
            yield one[0], one[1], None
            one = next(lefts, None)
        elif one is None or other[0].encode() < one[0].encode():
            yield other[0], None, other[1]
            other = next(rights, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(lefts, None), next(rights, None)


def grouped(values: Iterable[Any], size: int = GROUP) -> Iterator[list[Any]]:
    """Yield lists of at most `size` values, in order."""
    iterator = iter(values)
    while group := list(islice(iterator, size)):
        yield group
