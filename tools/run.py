"""The newcomer's run: both services on their usual ports, files under var/, until Ctrl-C."""

import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from tools.stack import Stack, StackError

CASES_PORT: Final = 8001
LEDGER_PORT: Final = 8002
LOOK_EVERY_S: Final = 0.5
STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def welcome(stack: Stack) -> str:
    """Return what a newcomer needs: addresses, tokens, and first requests that can be pasted into a shell."""
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
    people = {
        "BUYER": stack.token("complainant", "b-1", complainant="b-1"),
        "SELLER": stack.token("seller", "s-1", seller="s-1"),
        "OFFICER": stack.token("officer", "o-1"),
        "SECOND": stack.token("officer", "o-2"),
        "AUDITOR": stack.token("auditor", "a-1"),
        "ANALYST": stack.token("analyst", "a-2"),
    }
    body = (
        '{"respondent": "s-1", "trade": {"id": "t-1"}, "channels": ["phone"], '
        f'"incidents": [{{"channel": "phone", "at": "{yesterday}"}}], "narrative": "Forty calls in one night."}}'
    )
    return "\n".join(
        [
            f"cases   {stack.url('cases')}   log {stack.log('cases')}",
            f"ledger  {stack.url('ledger')}   log {stack.log('ledger')}",
            "",
            "The keys with which their logs can be checked (docs/audit.md):",
            "",
            *(str(stack.verifier_keys(name)) for name in stack.ports),
            "",
            "Tokens of a buyer, a seller, two officers, an auditor and an analyst (others: make token ROLE=… SUB=…):",
            "",
            *(f"{name}={token}" for name, token in people.items()),
            "",
            "A first complaint:",
            "",
            f"curl -s {stack.url('cases')}/cases -H 'Content-Type: application/json'"
            f" -H 'Authorization: Bearer {people['BUYER']}' -d '{body}'",
            "",
            "Where the seller stands:",
            "",
            f"curl -s {stack.url('ledger')}/sellers/s-1/standing -H 'Authorization: Bearer {people['SELLER']}'",
            "",
            "Ctrl-C stops both.",
        ]
    )


def given() -> dict[str, str]:
    """Return the services' settings that our own environment names; what `make run` chooses itself wins."""
    return {key: value for key, value in os.environ.items() if key.startswith(("CASES_", "LEDGER_"))}


def stay(stack: Stack, stop: threading.Event) -> None:
    """Wait until `stop` is set.

    Raises:
        StackError: a service has ended by itself; its last lines are in the message.
    """
    while not stop.wait(LOOK_EVERY_S):
        if ended := stack.ended():
            raise StackError(f"{ended} ended by itself:\n{stack.last_lines(ended)}")


def main(
    folder: Annotated[Path, typer.Option(help="where keys, logs and data are kept")] = Path("var"),
    cases_port: int = CASES_PORT,
    ledger_port: int = LEDGER_PORT,
) -> None:
    """Start both services and stay until Ctrl-C, SIGTERM or the end of one of them."""
    stop = threading.Event()
    for number in STOPPING:
        signal.signal(number, lambda *_: stop.set())
    try:
        with Stack(folder, {"cases": cases_port, "ledger": ledger_port}, settings=given(), tell=typer.echo) as stack:
            typer.echo(welcome(stack))
            stay(stack, stop)
    except StackError as error:
        sys.exit(str(error))
    typer.echo("stopped")


if __name__ == "__main__":
    typer.run(main)
