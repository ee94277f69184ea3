"""Makes the project's environment from a lock file: a venv, uv in it, and exactly the locked packages by hash.

Runs on the bare machine's Python, so it uses the standard library only. What the machine's pip is told about mirrors
and certificates, uv is told too; where uv cannot be had, pip installs the same files, only slower.
"""

import os
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Final

OLDEST: Final = (3, 11)
UV: Final = "uv==0.13.9"
FOR_UV: Final = {"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX", "find-links": "UV_FIND_LINKS"}


def pip_setting(python: Path, name: str) -> str:
    """Return what pip is configured with under this name (files or environment), one line, empty if nothing."""
    for kind in (":env:", "install", "global"):
        asked = subprocess.run(
            [str(python), "-m", "pip", "config", "get", f"{kind}.{name}"], capture_output=True, text=True, check=False
        )
        if asked.returncode == 0:
            return " ".join(asked.stdout.split())
    return ""


def uv_environment(python: Path) -> Mapping[str, str]:
    """Return the environment under which uv sees the mirrors and the certificate bundle that pip is told of."""
    environment = dict(os.environ, VIRTUAL_ENV=str(python.parent.parent), UV_NO_PROGRESS="1")
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    for name, variable in FOR_UV.items():
        if variable not in environment and (value := pip_setting(python, name)):
            environment[variable] = value
    if "UV_INDEX" in environment:  # pip looks into all indexes for the best match; the hashes keep that safe
        environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    if "SSL_CERT_FILE" not in environment and (bundle := pip_setting(python, "cert")):
        environment["SSL_CERT_FILE"] = bundle
    return environment


def make_venv(folder: Path) -> Path:
    """Make the virtual environment unless it is there; return its interpreter.

    Raises:
        SystemExit: this Python is too old, or the system keeps `ensurepip` in a package that is not installed.
    """
    if sys.version_info < OLDEST:
        raise SystemExit(f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed, this is {sys.version.split()[0]}")
    python = folder / "bin" / "python"
    if not python.exists():
        try:
            venv.create(folder, with_pip=True, symlinks=True)
        except (subprocess.CalledProcessError, ImportError):
            raise SystemExit("this Python cannot make environments; on Debian: apt-get install python3-venv") from None
    return python


def install(python: Path, lock: Path) -> None:
    """Bring the environment to exactly what `lock` names, every file checked against its hash.

    Raises:
        SystemExit: neither uv nor pip could install it; their own words stand above.
    """
    uv = python.parent / "uv"
    quiet_pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    if not uv.exists():
        subprocess.run([*quiet_pip, UV], check=False)
    if uv.exists():
        sync = [str(uv), "pip", "sync", "--quiet", "--require-hashes", str(lock)]
        if subprocess.run(sync, env=uv_environment(python), check=False).returncode == 0:
            return
        print("uv could not install; trying pip", file=sys.stderr)
    if subprocess.run([*quiet_pip, "--require-hashes", "-r", str(lock)], check=False).returncode != 0:
        raise SystemExit(f"could not install {lock.name}")


def main(folder: str, lock: str) -> None:
    """Make the environment `folder` from the file `lock`."""
    print(f"installing {lock} into {folder}", file=sys.stderr, flush=True)
    install(make_venv(Path(folder).absolute()), Path(lock))


if __name__ == "__main__":
    main(*sys.argv[1:])
