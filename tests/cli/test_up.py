"""What `xueji up` promises to the person at the keyboard, and to the data."""

import contextlib
import signal
import socket
import stat

import psutil
import psycopg
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from app.cli.doctor import PARTS
from app.cli.engines import database_url
from app.cli.places import sockets_of
from app.models.sealed import fresh_key_file
from app.policies import scope
from app.policies.audit import record
from app.policies.roles import Role
from app.production import CHECKS
from config import with_driver
from tests import make
from tests.cli.conftest import eventually, free_port

SERVICES = {
    "web": "gunicorn",
    "worker": "app.cli.main worker",
    "scheduler": "app.cli.main scheduler",
    "valkey": "valkey-server",
    "postgres": "bin/postgres",
}


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_says_where_it_is_and_is_there(standing):
    assert f"http://127.0.0.1:{standing.port}" in standing.said[-1]
    assert standing.is_healthy()


def test_it_listens_on_its_port_only(standing):
    doors = set()
    for child in psutil.Process(standing.process.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # PostgreSQL's come and go
            found = child.net_connections(kind="tcp")
            doors |= {c.laddr.port for c in found if c.status == psutil.CONN_LISTEN}
    assert doors == {standing.port}


def test_what_is_private_stays_private(standing):
    for name in ("", "sealing.key", "session.key"):
        path = standing.var / name
        assert not mode(path) & 0o077, path
    assert mode(standing.var.parent) == 0o700  # as it was before
    assert not mode(sockets_of(standing.var)) & 0o077


def test_doctor_finds_every_part_well(standing, xueji):
    eventually(lambda: "ILL" not in xueji("doctor", **standing.settings)[1])
    status, said = xueji("doctor", **standing.settings)
    assert status == 0, said
    told = {line[6:17].strip(): line[:5].strip() for line in said.splitlines()}
    assert set(told) == {*PARTS, *(check.name for check in CHECKS)}


def test_a_second_one_is_told_so(standing, xueji):
    status, said = xueji("up", **standing.settings)
    assert (status, said.count("\n")) == (1, 1)
    assert "already running" in said


def test_a_taken_port_is_told_in_one_sentence(standing, xueji, tmp_path):
    status, said = xueji("up", XUEJI_VAR=tmp_path, XUEJI_PORT=standing.port)
    assert (status, said.count("\n")) == (1, 1)
    assert f"Port {standing.port}" in said
    assert "another XUEJI_PORT" in said


def test_the_taken_usual_port_is_told_too_and_no_other_is_chosen(xueji, tmp_path):
    try:
        door = socket.create_server(("127.0.0.1", 8080))
    except OSError:  # somebody else has it: just as good
        door = socket.socket()
    with door:
        status, said = xueji("up", XUEJI_VAR=tmp_path)
    assert status == 1
    assert "Port 8080 of 127.0.0.1 cannot be had" in said
    assert "set XUEJI_PORT, for example 8081" in said


@pytest.mark.parametrize("victim", SERVICES)
def test_whoever_is_killed_comes_back(standing, victim):
    first = standing.child(SERVICES[victim])
    first.kill()
    eventually(lambda: standing.child(SERVICES[victim]) not in (None, first))
    eventually(standing.is_healthy)


def test_a_killed_launcher_leaves_nothing_and_the_next_one_carries_on(standing):
    url = database_url(sockets_of(standing.var), "xueji_owner")
    with psycopg.connect(url, autocommit=True) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 1")
    key, children = (standing.var / "sealing.key").read_text(), standing.children()
    standing.process.kill()
    standing.process.wait()
    standing.process.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive
    standing.start()
    assert standing.is_healthy()
    assert (standing.var / "sealing.key").read_text() == key
    with psycopg.connect(url, autocommit=True) as conn:
        assert conn.execute("SELECT * FROM kept").fetchone() == (1,)


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_good_order(standing, sign):
    if standing.process.poll() is not None:
        standing.start()
    children = standing.children()
    assert standing.stop(sign) == 0
    assert not [child for child in children if child.is_running()]
    assert not (standing.var / "up.json").exists()
    log = (standing.var / "log" / "postgres.log").read_text()
    assert log.rstrip().endswith("database system is shut down")


def test_a_lost_sealing_key_is_not_replaced(standing, xueji):
    if standing.process.poll() is not None:
        standing.start()
    employ_somebody(database_url(sockets_of(standing.var), "xueji_app"))
    standing.stop()
    key = standing.var / "sealing.key"
    kept = key.rename(standing.var / "elsewhere")
    status, said = xueji("up", XUEJI_VAR=standing.var, XUEJI_PORT=free_port())
    assert status == 1
    assert "bring it back from your backup" in said
    key.write_text(fresh_key_file())
    key.chmod(0o600)
    status, said = xueji("up", XUEJI_VAR=standing.var, XUEJI_PORT=free_port())
    kept.replace(key)
    assert status == 1
    assert "is not the one of this registry" in said
    assert "Traceback" not in said


def employ_somebody(url):
    engine = create_engine(with_driver(url))
    scope.guard(engine)
    with scope.within(make.WHOLE), Session(engine) as session, session.begin():
        make.an_account(session, Role.ADM)
        record(session, "test")
    engine.dispose()
