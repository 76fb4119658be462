"""`xueji` as people type it: a process of its own, in a folder with a space and Chinese in it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from app.cli.places import sockets_of
from config import ROOT

SECONDS = 180
XUEJI = [sys.executable, "-m", "app.cli.main"]


def environment(**settings):
    """The environment without a setting of ours but these."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("XUEJI_")}
    return plain | {"XUEJI_DEMO": "0"} | {name: str(value) for name, value in settings.items()}


@pytest.fixture
def xueji():
    """Run a command to its end; gives exit status and all it said."""

    def run(*words, **settings):
        done = subprocess.run(
            [*XUEJI, *words],
            cwd=ROOT,
            env=environment(**settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return done.returncode, done.stdout + done.stderr

    return run


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


class Standing:
    """One `xueji up`, which may be stopped, killed and started again."""

    def __init__(self, var):
        self.var, self.port = var, free_port()
        self.settings = {"XUEJI_VAR": var, "XUEJI_PORT": self.port}
        self.process, self.said = None, []

    def start(self):
        self.said = []
        self.process = subprocess.Popen(
            [*XUEJI, "up"],
            cwd=ROOT,
            env=environment(**self.settings),
            text=True,
            errors="replace",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        while not self.said or "ready: http" not in self.said[-1]:
            self.said.append(self.process.stdout.readline())
            assert self.said[-1], "".join(self.said)

    def stop(self, sign=signal.SIGINT):
        self.process.send_signal(sign)
        self.said += self.process.communicate(timeout=SECONDS)[0]
        return self.process.returncode

    def children(self):
        return psutil.Process(self.process.pid).children()

    def child(self, words):
        """The living child whose command line holds these words; None while there is none."""
        for child in self.children():
            with contextlib.suppress(psutil.Error):  # a zombie has no words
                if words in " ".join(child.cmdline()):
                    return child
        return None

    def is_healthy(self):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def eventually(is_true, seconds=90):
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.fixture(scope="module")
def standing():
    folder = Path(tempfile.mkdtemp(prefix="xueji-up-"))
    house = Standing(folder / "学籍 var")
    house.start()
    yield house
    if house.process.poll() is None:
        house.stop()
    house.process.stdout.close()
    shutil.rmtree((house.var / "pg").resolve().parent)
    shutil.rmtree(sockets_of(house.var), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
