"""Where a ledger differs from a replay, in positions and in words."""

from collections.abc import Iterator

import msgspec


class Difference(msgspec.Struct, frozen=True):
    """Where the ledger's log is not what the cases log makes: first by `cases_position`, then by `ledger_position`.

    Positions are 0 where there is none. `detail` says in words what would have to be there.
    """

    cases_position: int
    ledger_position: int
    seller: str
    code: str
    detail: str


class Differs(Exception):
    """The account's telling ends here: it differs."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.detail)
        self.difference = difference


def shown(data: object) -> str:
    """Return data as short JSON."""
    return msgspec.json.encode(data, order="sorted").decode()[:400]


def unlike(told: bytes, due: bytes) -> str:
    """Return the fields in which two data differ."""
    has, would = msgspec.json.decode(told), msgspec.json.decode(due)
    return "; ".join(_fields(has, would)) or "the data would have to be canonical JSON"


def _fields(has: dict[str, object], would: dict[str, object]) -> Iterator[str]:
    for name in sorted(has.keys() | would.keys()):
        if has.get(name) != would.get(name) or (name in has) != (name in would):
            yield f"{name} would have to be {shown(would.get(name))}, the ledger says {shown(has.get(name))}"
