"""B2: django-import-export, in a virtual environment of its own, in a database of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from sqlalchemy import make_url

from app.bench.figures import superuser
from app.imports.students import SPEC
from config import ROOT, without_driver

PACKAGES = (
    "django>=5.2,<5.3",
    "django-import-export>=4.4,<4.5",
    "openpyxl>=3.1",
    "psycopg[binary]",
)
DATABASE = "xueji_peer"
SCRIPT = ROOT / "app" / "bench" / "peer_script.py"


def environment(folder: Path) -> Path:
    """Return the folder of a virtual environment that has the peer, made when it is not there."""
    if not (folder / "ready").exists():
        run(sys.executable, "-m", "venv", str(folder))
        pip = str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"
        run(*pip, "install", "--quiet", *PACKAGES)
        (folder / "ready").touch()
    return folder


def measure(venv: Path, workbook: Path, root_url: str) -> float:
    """Return the seconds django-import-export needs to read and import the workbook's pupils."""
    there = make_url(without_driver(root_url)).set(database=DATABASE)
    asked = {
        "workbook": str(workbook),
        "url": there.render_as_string(hide_password=False),
        "headings": {column.heading: column.field for column in SPEC.columns},
    }
    with superuser(root_url) as root:
        root.execute(f"CREATE DATABASE {DATABASE}")
        try:
            return float(run(str(venv / "bin" / "python"), "-I", str(SCRIPT), json.dumps(asked)))
        finally:
            root.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


def run(*command: str) -> str:
    """Run a command to its end; return what it said."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  words of ours
    if done.returncode:
        words = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        raise RuntimeError(f"{Path(command[0]).name} failed: {words[-1][:200]}")
    return done.stdout
