"""Templates out and workbooks in, from the command line: the same steps as on the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.key_files import unlock
from app.errors import BadFile, NotFound, Refused
from app.imports import batch as batches
from app.imports import commit as committing
from app.imports import preview, report, undoing
from app.imports import template as templates
from app.imports.desk import SPECS, TEMPLATES
from app.imports.zipscan import FILE_BYTES
from app.jobs.importing import everywhere, today
from app.jobs.sessions import engine
from app.messages.catalogue import say
from app.models.account import Account
from app.models.import_batch import BatchState
from app.policies.rights import holds
from app.policies.roles import Actor, Role
from app.policies.scope import scope_of, within
from config import Config

UNREAD = ("failed", "mapping")  # states in which nobody knows what the rows are
REFUSED = 3  # exit status when a row, or the whole file, is refused
Templates = click.Choice(sorted(SPECS))
Drawn = click.Choice(sorted(TEMPLATES))
Who = click.option("--as", "login", required=True, help="The account that imports.")
Language = click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)


@click.command()
@click.argument("name", type=Drawn)
@click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), required=True)
def template(name: str, out: Path) -> None:
    """Write an empty template with drop-downs and a guide."""
    try:
        with out.open("wb") as stream:
            templates.write(TEMPLATES[name], stream)
    except OSError as error:
        raise click.ClickException(f"{out} cannot be written ({error.strerror}).") from None
    click.echo(f"{out} is ready to be filled in")


@click.command("import")
@click.argument("name", type=Templates)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@Who
@click.option("--commit", "commits", is_flag=True, help="Write it; without this, only look.")
@click.option("--keep-good", is_flag=True, help="Write the good rows, leave the refused ones out.")
@click.option("--sure", is_flag=True, help="Write it although it looks like the wrong file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@Language
def import_(name: str, file: Path, login: str, *, as_json: bool, lang: str, **how: bool) -> None:
    """Check a workbook as an account of its school, and on request write it."""
    ready()
    user_id = somebody(login)
    told = worked(user_id, name, file, lang, **how)
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else plain(told))
    fails = told["state"] in UNREAD or "refusals" in told
    left = told["refused"] and not (how["keep_good"] and told["state"] == "committed")
    raise SystemExit(REFUSED if left or fails else 0)


@click.command("import-undo")
@click.argument("batch_id", metavar="BATCH", type=int)
@Who
@click.option("--commit", "commits", is_flag=True, help="Undo it; without this, only tell.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@Language
def import_undo(batch_id: int, *, login: str, commits: bool, as_json: bool, lang: str) -> None:
    """Tell what the undo of an import would take back, and on request do it."""
    ready()
    user_id = somebody(login)
    try:
        told = taken_back(user_id, batch_id, commits=commits)
    except (Refused, NotFound) as refused:
        raise click.ClickException(say(refused.refusals[0], lang)) from None
    line = f"batch {batch_id}: {told['state']}; " + ", ".join(
        f"{told[name]} {name}" for name in undoing.COUNTED.values()
    )
    click.echo(json.dumps(told, indent=1) if as_json else line)


def ready() -> None:
    """Reach the database and open the keys, or raise `CannotStart` or `Locked`."""
    config = attach(Config.read())
    with reach(config.database_url, "XUEJI_DATABASE_URL") as conn:
        require_current(conn)
    unlock(config)


def somebody(login: str) -> int:
    """Return the id of an enabled account that may import, or say why it may not."""
    with Session(engine()) as session:
        found = session.execute(
            select(Account.user_id, Account.role).where(Account.login == login, Account.enabled)
        ).one_or_none()
    if found is None:
        raise click.ClickException(f"There is no enabled account {login}.")
    if not holds(Role(found.role), "ImportBatch", "can_upload"):
        raise click.ClickException(f"{login} may not import: a school's registrar does.")
    user_id: int = found.user_id
    return user_id


@contextmanager
def at_work(user_id: int) -> Iterator[Session]:
    """Give a session in an account's scope; whoever uses it begins its transactions."""
    with Session(engine()) as session:
        scope = scope_of(session, user_id)
    with within(scope), Session(engine()) as session:
        yield session


def worked(user_id: int, name: str, file: Path, lang: str, **how: bool) -> dict[str, Any]:
    """Receive, look and on request write, each in its own transaction and the account's scope."""
    with at_work(user_id) as session:
        try:
            with session.begin():
                batch_id = received(session, user_id, file, name)
            with session.begin():
                batch = preview.look(session, batch_id, today(), everywhere)
                seen, is_looked_at = batch.revision, batch.state is BatchState.PREVIEW
        except (Refused, BadFile) as refused:
            raise click.ClickException(say(refused.refusals[0], lang)) from None
        said = []
        if how.pop("commits") and is_looked_at:
            try:
                with session.begin():
                    batches.begin_commit(session, batch_id, seen=seen, **how)
                    committing.commit(session, batch_id)
            except Refused as refused:
                said = [{"code": r.code, "message": say(r, lang)} for r in refused.refusals]
        with session.begin():
            told = report.summary(session, batches.held(session, batch_id), lang)
        return {**told, "refusals": said} if said else told


def received(session: Session, user_id: int, file: Path, name: str) -> int:
    """Return the id of the file's batch, or raise `Refused` when it was imported before."""
    with file.open("rb") as stream:
        data = stream.read(FILE_BYTES + 1)
    batch, _ = batches.receive(session, user_id, file.name, data, name)
    if batch.state not in (*batches.OPEN, BatchState.MAPPING):
        raise Refused(batches.again(batch))
    return batch.id


def taken_back(user_id: int, batch_id: int, *, commits: bool) -> dict[str, Any]:
    """Tell what an undo would do, or what it did; in the account's scope."""
    with at_work(user_id) as session:
        with session.begin():
            foreseen = undoing.undo_preview(session, batch_id, today())
            if commits:
                undoing.begin_undo(session, batch_id, whoever(session, user_id), None, today())
        is_over = not commits
        while not is_over:
            with session.begin():
                is_over = undoing.turn(session, batch_id, today()).is_over
        with session.begin():
            batch = batches.held(session, batch_id)
            counts = undoing.COUNTED.items()
            told: dict[str, Any] = {"batch": batch_id, "state": batch.state.value.lower()}
            would = {name: foreseen.counts.get(outcome, 0) for outcome, name in counts}
            return told | ({name: getattr(batch, name) for name in would} if commits else would)


def whoever(session: Session, user_id: int) -> Actor:
    """Return an account as the rules know it."""
    account = session.get_one(Account, user_id)
    home = account.organisation
    return Actor(user_id, Role(account.role), home.id, home.path)


def plain(told: dict[str, Any]) -> str:
    """Return the summary as lines of text."""
    if told["state"] == BatchState.FAILED.value.lower():
        return str(told["failure"]["message"])
    if told["state"] == BatchState.MAPPING.value.lower():
        return f"batch {told['batch']}: its headings are not the template's; match them on its page"
    head = (
        f"batch {told['batch']}: {told['state']}; {told['rows']} rows, {told['new']} new,"
        f" {told['refused']} refused, {told['warned']} with warnings"
    )
    lines = [f"  row {e['row']}: {e['message']} ({e['code']})" for e in told["errors"]]
    lines += [f"  {r['message']} ({r['code']})" for r in told.get("refusals", ())]
    return "\n".join([head, *lines])
