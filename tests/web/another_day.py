"""The console's web process on another day: `python -m tests.web.another_day PORT FILE`.

FILE holds by how many days the day is shifted; it is read whenever a page asks for the time. The
database, the worker and everything else keep the day on the wall.
"""

import sys
from datetime import timedelta
from pathlib import Path

from app.cli.embedded import attach
from app.views import actor
from config import Config

PORT, SHIFT = sys.argv[1:]
WALL = actor.now


def now():
    return WALL() + timedelta(days=int(Path(SHIFT).read_text("ascii")))


def main():
    attach(Config.read())
    actor.now = now  # before anything takes it from there
    from app.factory import create_app

    create_app().run("127.0.0.1", int(PORT), threaded=True)


if __name__ == "__main__":
    main()
