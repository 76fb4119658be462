"""`xueji`: the table of commands; each is imported when called, so that none waits for all."""

from __future__ import annotations

from importlib import import_module

import click
from sqlalchemy.exc import OperationalError

from app.errors import AppError
from config import BadSetting

COMMANDS = {
    "up": "app.cli.up:up",
    "migrate": "app.cli.setup:migrate",
    "init": "app.cli.setup:init",
    "keys": "app.cli.keys:keys",
    "template": "app.cli.importing:template",
    "import": "app.cli.importing:import_",
    "worker": "app.cli.running:worker",
    "scheduler": "app.cli.running:scheduler",
    "doctor": "app.cli.doctor:doctor",
}


class House(click.Group):
    """Finds commands in the table and turns what may go wrong into one sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order, which is that of a first day."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Call the command; nobody at a keyboard should have to read a traceback."""
        try:
            return super().invoke(ctx)
        except (BadSetting, AppError) as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            raise click.ClickException(f"The database does not answer ({error.orig}).") from None


@click.group(cls=House)
def xueji() -> None:
    """学籍管理台: the student registry console."""


if __name__ == "__main__":
    xueji()
