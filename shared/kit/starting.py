"""What an operator sees when a command cannot be done: one line that says why, not a trace of the program."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

from pydantic import ValidationError

from shared.kit.log.model import LogUnavailable

CANNOT: Final = 2


@contextmanager
def starting(prefix: str, *causes: type[Exception], to: str = "start") -> Iterator[None]:
    """End the process with `CANNOT` where the block fails by a setting, by the log, or by one of `causes`.

    The line says what it cannot do, `to`. Settings are named as in the environment, with their `prefix`; their values
    are not repeated.
    """
    failures: tuple[type[Exception], ...] = (LogUnavailable, *causes)
    try:
        yield
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        _end(to, "; ".join(f"{_named(prefix, fault['loc'])}: {fault['msg']}" for fault in faults))
    except failures as error:
        _end(to, str(error))


def _named(prefix: str, path: tuple[int | str, ...]) -> str:
    """The setting as it is called in the environment; where it is about several, their prefix."""
    return f"{prefix}{path[0]}".upper() if path else f"{prefix}…"


def _end(to: str, reason: str) -> NoReturn:
    sys.stderr.write(f"cannot {to}: {'; '.join(reason.splitlines())}\n")
    raise SystemExit(CANNOT)
