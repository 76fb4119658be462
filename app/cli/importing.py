"""Templates out and workbooks in, from the command line: the same steps as on the page."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.database import reach, require_current
from app.cli.embedded import attach
from app.cli.key_files import unlock
from app.errors import BadFile, Refused
from app.imports import batch as batches
from app.imports import commit as committing
from app.imports import preview, report
from app.imports import template as templates
from app.imports.desk import SPECS, TEMPLATES
from app.imports.zipscan import FILE_BYTES
from app.jobs.importing import everywhere, today
from app.jobs.sessions import engine
from app.messages.catalogue import say
from app.models.account import Account
from app.models.import_batch import BatchState
from app.policies.rights import holds
from app.policies.roles import Role
from app.policies.scope import scope_of, within
from config import Config

REFUSED = 3  # exit status when a row, or the whole file, is refused
Templates = click.Choice(sorted(SPECS))
Drawn = click.Choice(sorted(TEMPLATES))
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
@click.option("--as", "login", required=True, help="The account that imports.")
@click.option("--commit", "commits", is_flag=True, help="Import when nothing is refused.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@Language
def import_(  # noqa: PLR0913  one parameter an option
    name: str, file: Path, *, login: str, commits: bool, as_json: bool, lang: str
) -> None:
    """Check a workbook of pupils as an account of their school, and on request import it."""
    del name  # there is one template so far, and the file is read by it
    ready()
    user_id = somebody(login)
    told = worked(user_id, file, lang, commits=commits)
    click.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else plain(told))
    raise SystemExit(REFUSED if told["refused"] or told["state"] == "failed" else 0)


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
        raise click.ClickException(f"{login} may not import pupils: a school's registrar does.")
    user_id: int = found.user_id
    return user_id


def worked(user_id: int, file: Path, lang: str, *, commits: bool) -> dict[str, Any]:
    """Receive, look and on request commit, each in its own transaction and the account's scope."""
    with Session(engine()) as session:
        scope = scope_of(session, user_id)
    with within(scope), Session(engine()) as session:
        try:
            with session.begin():
                batch_id = received(session, user_id, file)
            with session.begin():
                preview.look(session, batch_id, today(), everywhere)
        except (Refused, BadFile) as refused:
            raise click.ClickException(say(refused.refusals[0], lang)) from None
        if commits:
            with suppress(Refused), session.begin():  # the summary tells what is refused
                committing.commit(session, batch_id)
        with session.begin():
            return report.summary(session, batches.held(session, batch_id), lang)


def received(session: Session, user_id: int, file: Path) -> int:
    """Return the id of the file's batch, or raise `Refused` when it was imported before."""
    with file.open("rb") as stream:
        data = stream.read(FILE_BYTES + 1)
    batch, _ = batches.receive(session, user_id, file.name, data)
    if batch.state not in batches.OPEN:
        raise Refused(batches.again(batch))
    return batch.id


def plain(told: dict[str, Any]) -> str:
    """Return the summary as lines of text."""
    if told["state"] == BatchState.FAILED.value.lower():
        return str(told["failure"]["message"])
    head = (
        f"batch {told['batch']}: {told['state']}; {told['rows']} rows, {told['new']} new,"
        f" {told['refused']} refused, {told['warned']} with warnings"
    )
    lines = [f"  row {e['row']}: {e['message']} ({e['code']})" for e in told["errors"]]
    return "\n".join([head, *lines])
