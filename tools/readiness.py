"""Waits for a service that was started, and says in a line what it waits for and where to read about it."""

import json
import subprocess
import time
from collections.abc import Callable, Container
from typing import Any, Final

import httpx

READY_WITHIN_S: Final = 30.0
TELL_AFTER_S: Final = 3.0
POLL_S: Final = 0.05
MAX_TOLD: Final = 300  # characters of an answer that is none of ours

ELSEWHERE: Final = "Health, logs, metrics"
SECTIONS: Final = {  # of docs/operations.md, by a word of the reason; the first that is met counts
    "signing_refused": "Backup and restore",
    "signer_unavailable": "What is signed",
    **dict.fromkeys(
        ("log_went_back", "log_rolled_back", "log_split", "log_not_signed", "checkpoint_", "trust_damaged"),
        "An older or another cases log",
    ),
}


class NotReady(Exception):
    """The service gave no such answer in time; the message says for how long, and what it said of itself last."""


class Ended(Exception):
    """The process ended; the message says with which code."""


def quiet(_: str) -> None:
    """Tell nobody."""


def wait_for(
    url: str,
    process: subprocess.Popen[bytes],
    within_s: float = READY_WITHIN_S,
    statuses: Container[int] = (200,),
    tell: Callable[[str], None] = quiet,
) -> None:
    """Wait until `url` answers with one of these statuses; `tell`, once, what is waited for if that takes long.

    Raises:
        Ended: the process did.
        NotReady: it gave no such answer in time.
    """
    began, said, told = time.monotonic(), "no answer", False
    while (waited_s := time.monotonic() - began) < within_s:
        if process.poll() is not None:
            raise Ended(f"ended with code {process.returncode}")
        try:
            answer = httpx.get(url, timeout=2, trust_env=False)
        except httpx.HTTPError as error:
            said = f"no answer: {type(error).__name__}"
        else:
            if answer.status_code in statuses:
                return
            said = unwell(answer.text)
        if not told and waited_s >= TELL_AFTER_S:
            told = True
            tell(f"not ready yet, waiting up to {within_s:g} s: {said}")
        time.sleep(POLL_S)
    raise NotReady(f"not ready within {within_s:g} s: {said}")


def unwell(answer: str) -> str:
    """Return, in one line, which checks of an answer of `/health/ready` are not well, each with its figures."""
    try:
        told = json.loads(answer)
        return "; ".join(f"{name} ({_figures(told['checks'][name]['detail'])})" for name in told["failing"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return " ".join(answer.split())[:MAX_TOLD]


def section(said: str) -> str:
    """Return the heading in docs/operations.md under which stands what to do about it."""
    return next((heading for word, heading in SECTIONS.items() if word in said), ELSEWHERE)


def _figures(detail: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in detail.items())
