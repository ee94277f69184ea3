"""The README's tour as a shell script."""

import re

from tests.support.tree import read

SHELL = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def script(cases_url: str, ledger_url: str) -> str:
    """Return all commands of the tour against services at these addresses; it ends at the first that fails."""
    commands = "echo;\n".join(SHELL.findall(read("README.md"))).replace("curl -s ", "curl -sS --fail-with-body ")
    here = commands.replace("http://127.0.0.1:8001", cases_url).replace("http://127.0.0.1:8002", ledger_url)
    return f"set -euo pipefail\n{here}"
