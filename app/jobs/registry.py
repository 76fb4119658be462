"""Which modules hold kinds of jobs; workers and schedulers import them all before they begin."""

from __future__ import annotations

from importlib import import_module

MODULES = [
    "app.jobs.anchoring",
    "app.jobs.comparing",
    "app.jobs.deciding",
    "app.jobs.exporting",
    "app.jobs.hook",
    "app.jobs.housekeeping",
    "app.jobs.importing",
    "app.jobs.numbering",
    "app.jobs.promoting",
    "app.jobs.reminding",
    "app.jobs.sweeping",
    "app.jobs.sealing_accounts",
    "app.jobs.verifying",
]


def load() -> None:
    """Fill `app.jobs.queue.KINDS`."""
    for name in MODULES:
        import_module(name)
