"""`xueji bench`: measure on a registry of our own, with engines of our own, kept between runs."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from functools import partial

import click
from alembic import command

from app.bench import approving, exporting, importing
from app.bench import audit as auditing
from app.bench import duplicates as comparison
from app.bench import inbox as queues
from app.bench import pages as screens
from app.bench import promote as promotion
from app.bench import reading as workbooks
from app.bench.cases import fill_desks
from app.bench.figures import Figures, superuser
from app.bench.peer import environment
from app.cli import rotating
from app.cli.database import alembic
from app.cli.embedded import start_engines
from app.cli.engines import database_url
from app.cli.init import init_all
from app.cli.key_files import make_keys
from app.cli.places import sockets_of
from app.cli.up import supervised
from app.demo import world
from app.demo.plan import MOST_COPIES, rooms
from app.policies.resealing import ROWS
from config import Config

PUPILS = click.option(
    "--pupils",
    type=click.IntRange(1, 3_000_000),
    default=1_000_000,
    show_default=True,
    help="So many pupils; the registry is made once and kept in var/bench.",
)


@click.group()
def bench() -> None:
    """Measure what is promised; see docs/benchmarks.md."""


@bench.command()
@PUPILS
def promote(pupils: int) -> None:
    """Turn the year; time and log next to one UPDATE of the same pupils."""
    with registry(pupils) as root_url:
        click.echo(promotion.measure(root_url))


@bench.command()
@PUPILS
@click.option("--rounds", type=click.IntRange(3, 1000), default=20, show_default=True)
def pages(pupils: int, rounds: int) -> None:
    """Open every page as every tier, and the same lists in bare Flask-AppBuilder."""
    with registry(pupils) as root_url:
        click.echo(screens.measure(Config.read(), root_url, rounds))


@bench.command("import")
@PUPILS
@click.option(
    "--crowd",
    type=click.IntRange(0, 10_000_000),
    default=0,
    show_default=True,
    help="A small registry and so many pupils laid by SQL, all at one school, instead.",
)
@click.option("--rows", type=click.IntRange(1, 100_000), default=10_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True)
@click.option("--peer/--no-peer", default=True, help="Compare with django-import-export.")
@click.option("--beside", is_flag=True, help="Open pages meanwhile, instead of comparing.")
def import_(  # noqa: PLR0913  options
    *, pupils: int, crowd: int, rows: int, rounds: int, peer: bool, beside: bool
) -> None:
    """Import a workbook; next to COPY, to tablib and to django-import-export."""
    folder = Config.read().var / "bench" / "peer"
    venv = environment(folder) if peer and not beside else None
    plan = importing.Plan(rows, rounds, crowd, venv, beside)
    with registry(1, "import") if crowd else registry(pupils) as root_url:
        click.echo(importing.measure(Config.read(), root_url, plan))


@bench.command()
@click.option("--rows", type=click.IntRange(1, 300_000), default=100_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1, 100), default=3, show_default=True)
def read(rows: int, rounds: int) -> None:
    """Read a workbook; time and memory next to calamine alone and to tablib."""
    click.echo(workbooks.measure(rows, rounds))


@bench.command("export")
@PUPILS
@click.option("--rows", type=click.IntRange(1, 1_000_000), default=100_000, show_default=True)
def export_(pupils: int, rows: int) -> None:
    """Export pupils to a workbook; next to COPY TO and to tablib."""
    with registry(pupils):
        click.echo(exporting.measure(Config.read(), rows))


@bench.command()
@click.option("--events", type=click.IntRange(1, 10_000_000), default=1_000_000, show_default=True)
def audit(events: int) -> None:
    """Verify a log of a million events."""
    with registry(1, "audit") as root_url, superuser(root_url) as root:
        click.echo(auditing.measure(root, events, Config.read().anchor_file))


@bench.command()
@click.option("--cases", type=click.IntRange(1, 100_000), default=2_500, show_default=True)
@click.option("--people", type=click.IntRange(4, 64), default=16, show_default=True)
def approve(cases: int, people: int) -> None:
    """Let processes contend for the same approvals: each case is carried out once."""
    with registry(1, "approve") as root_url:
        click.echo(approving.measure(Config.read(), root_url, cases, people))


@bench.command()
@click.option("--cases", type=click.IntRange(1, 1_000_000), default=200_000, show_default=True)
@click.option("--rounds", type=click.IntRange(3, 1000), default=20, show_default=True)
def inbox(cases: int, rounds: int) -> None:
    """List and count many open cases at the desk of every tier; say which plans are used."""
    with registry(cases + cases // 10, "inbox") as root_url:
        click.echo(queues.measure(root_url, cases, rounds))


@bench.command()
@click.option("--pupils", type=click.IntRange(1, 10_000_000), default=2_000_000, show_default=True)
@click.option("--staged", type=click.IntRange(1000, 1_000_000), default=100_000, show_default=True)
@click.option("--sample", type=click.IntRange(1, 10_000), default=500, show_default=True)
def duplicates(pupils: int, staged: int, sample: int) -> None:
    """Compare many who come with a registry of millions, all together and one by one."""
    with registry(1, "duplicates") as root_url:
        click.echo(comparison.measure(Config.read(), root_url, pupils, staged, sample))


@bench.command()
@PUPILS
def keys(pupils: int) -> None:
    """Seal everything with a new key, as `xueji keys rotate` does."""
    with registry(pupils):
        done = rotating.rotate(Config.read(), ROWS, partial(click.echo, err=True))
    figures = Figures("a new sealing key for everything")
    figures.add("rows sealed anew", f"{done.rows:,}")
    figures.add("seconds", f"{done.seconds:,.0f}")
    figures.add("rows a second", f"{done.rows / done.seconds:,.0f}")
    click.echo(figures)


@contextlib.contextmanager
def registry(pupils: int, folder: str = "") -> Iterator[str]:
    """Start the engines of a bench registry, fill it when it is new; gives its superuser's URL."""
    scale = scale_of(pupils)
    var = Config.read().var / "bench" / (folder or str(scale))
    for name in [name for name in os.environ if name.startswith("XUEJI_")]:
        del os.environ[name]
    os.environ["XUEJI_VAR"] = str(var)
    with supervised(var, quiet=True) as launcher:
        start_engines(launcher, Config.read())
        config = Config.read()
        make_keys(config)
        command.upgrade(alembic(), "head")
        root_url = database_url(sockets_of(var), "postgres")
        if world.is_empty(config):
            fill(config, scale, root_url)
        yield root_url


def fill(config: Config, scale: int, root_url: str) -> None:
    """Make the world, put cases on the desks, and let PostgreSQL tidy up after it."""
    started = time.monotonic()
    init_all(config)
    made = world.make(config, scale)
    seconds = time.monotonic() - started
    click.echo(f"made a registry of {made.pupils:,} pupils in {seconds:.0f} s", err=True)
    with superuser(root_url) as root:
        fill_desks(root, screens.TIERS["school"])
        root.execute("VACUUM ANALYZE")


def scale_of(pupils: int) -> int:
    """Return how many times the demo world must be copied for that many pupils."""
    base = sum(room.size for room in rooms())
    return min(MOST_COPIES, max(1, -(-pupils // base)))
