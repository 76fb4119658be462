"""`xueji`: the table of commands; each is imported when called, so that none waits for all."""

from __future__ import annotations

from importlib import import_module

import click
from sqlalchemy.exc import OperationalError

from app.errors import AppError
from config import BadSetting

COMMANDS = {  # name: where it is, what it is for; in the order of a first day
    "up": ("app.cli.up:up", "Start everything; Ctrl-C stops it."),
    "keys": ("app.cli.keys:keys", "Make the key files; rotate and retire sealing keys."),
    "init": ("app.cli.setup:init", "Migrate, then fill in codes, divisions and roles."),
    "demo": ("app.cli.demo:demo", "Fill an empty registry with an invented world."),
    "administrators": (
        "app.cli.administrators:administrators",
        "Open the three administrators of a fresh registry.",
    ),
    "template": ("app.cli.importing:template", "Write an empty template of an import."),
    "import": ("app.cli.importing:import_", "Check a workbook and, on request, import it."),
    "import-undo": ("app.cli.importing:import_undo", "Tell, and on request do, an import's undo."),
    "promote": ("app.cli.promoting:promote", "Rehearse the turn of the year, or turn it."),
    "audit": ("app.cli.auditing:audit", "Verify the log's chains; write their ends down."),
    "hook": ("app.cli.hook:hook", "Look at the outgoing hook; send again what was given up."),
    "bench": ("app.cli.bench:bench", "Measure what is promised."),
    "worker": ("app.cli.running:worker", "Run one worker."),
    "scheduler": ("app.cli.running:scheduler", "Send jobs, take back dead ones, heed the clock."),
    "doctor": ("app.cli.doctor:doctor", "Look at every part of the installation."),
    "migrate": ("app.cli.setup:migrate", "Bring tables, policies and grants up to date."),
    "migration": ("app.cli.setup:migration", "Write a migration from the models."),
}


class House(click.Group):
    """Finds commands in the table and turns what may go wrong into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order."""
        del ctx
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name][0].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Call the command; nobody at a keyboard should have to read a traceback."""
        try:
            return super().invoke(ctx)
        except (BadSetting, AppError) as error:
            raise click.ClickException(str(error)) from None
        except OSError as error:
            where = f" ({error.filename})" if error.filename else ""
            raise click.ClickException(
                f"The system says no{where}: {error.strerror or error}. Look at who owns that place"
                " and whether its disk is full."
            ) from None
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer ({error.orig}).") from None


@click.group(cls=House)
def xueji() -> None:
    """学籍管理台: the student registry console."""


if __name__ == "__main__":
    xueji()
