"""schemathesis with every check against a running service."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TIMEOUT_S = 300
# A long poll that waits is no slow answer. Beyond its own lists, described 503s (not folded yet, quarantined) are
# no faults, and a precondition on a case's state (410, 412, 428) may refuse what the schema lets through. What breaks
# the schema may be too long to be read at all (413).
CONFIGURATION = """
hooks = "hooks.py"
[parameters]
wait = 0
[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", "503"]
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "3xx", "401", "403", "404", "409", "410", "412", "428", "429", "5xx"]
"""

# One key for two bodies is refused by design, and the tool is fond of the key "0": each good key is made a new one, on
# the wire, so that the tool's own view of the request stays as it is.
HOOKS = """
import uuid
import schemathesis

def renew(request):
    key = request.headers.get("Idempotency-Key")
    if isinstance(key, str) and key and len(key) <= 128 and all("!" <= sign <= "~" for sign in key):
        request.headers["Idempotency-Key"] = str(uuid.uuid4())
    return request

@schemathesis.hook
def before_call(context, case, kwargs):
    kwargs.setdefault("auth", renew)
"""


def fuzz(document: Mapping[str, Any], url: str, token: str, folder: Path, *options: str) -> tuple[int, str]:
    """Try every operation of an OpenAPI document at `url` with a token; return the exit code (0: nothing found) and
    the report. `folder` takes the tool's files; `options` are further options of its `run` command.
    """
    described, configured = folder / "openapi.json", folder / "schemathesis.toml"
    described.write_text(json.dumps(document))
    configured.write_text(CONFIGURATION)
    (folder / "hooks.py").write_text(HOOKS)
    tool = str(Path(sys.executable).with_name("schemathesis"))
    command = [tool, "--config-file", str(configured), "run", str(described), "--url", url]
    command += ["--header", f"Authorization: Bearer {token}", "--checks", "all", "--no-color", *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    return done.returncode, done.stdout + done.stderr
