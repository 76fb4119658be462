"""A worker and a scheduler as people run them, for tests that kill them."""

import contextlib
import subprocess
import sys

import psutil

from config import ROOT

PROGRAM = "import tests.jobs.kinds; from app.cli.main import xueji; xueji()"


class Crew:
    """One worker and one scheduler; whoever was killed is started again by `keep_up`."""

    def __init__(self, log, program=PROGRAM):
        self.log, self.program, self.members = log, program, {}

    def keep_up(self):
        for name in ("worker", "scheduler"):
            if name not in self.members or self.members[name].poll() is not None:
                command = [sys.executable, "-c", self.program, name]
                self.members[name] = subprocess.Popen(
                    command, cwd=ROOT, stdout=self.log, stderr=self.log
                )

    def process(self, name):
        return psutil.Process(self.members[name].pid)

    def dismiss(self):
        for member in self.members.values():
            member.terminate()
        for member in self.members.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                member.wait(10)
            member.kill()
            member.wait()
