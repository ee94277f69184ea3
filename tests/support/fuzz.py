"""schemathesis with every check against a running service."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT_S = 300
# A long poll that waits is no slow answer. Beyond its own lists, described 503s (not folded yet, quarantined) are
# no faults, and a precondition on a case's state (410, 412, 428) may refuse what the schema lets through.
CONFIGURATION = """
[parameters]
wait = 0
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "428", "429", "5xx"]
"""


def fuzz(document: Mapping[str, Any], url: str, token: str, folder: Path, *options: str) -> tuple[int, str]:
    """Try every operation of an OpenAPI document at `url` with a token; return the exit code (0: nothing found) and
    the report. `folder` takes the tool's files; `options` are further options of its `run` command.
    """
    described, configured = folder / "openapi.json", folder / "schemathesis.toml"
    described.write_text(json.dumps(document))
    configured.write_text(CONFIGURATION)
    tool = str(Path(sys.executable).with_name("schemathesis"))
    command = [tool, "--config-file", str(configured), "run", str(described), "--url", url]
    command += ["--header", f"Authorization: Bearer {token}", "--checks", "all", "--no-color", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    return done.returncode, done.stdout + done.stderr
