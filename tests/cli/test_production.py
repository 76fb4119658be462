"""Production refuses to start with what must not be; each refusal is a sentence with its remedy."""

import sys
from dataclasses import replace
from subprocess import run

import pytest
from sqlalchemy import create_engine, text

from app import production
from app.cli.engines import database_url
from app.cli.places import sockets_of
from app.factory import create_app, settings
from app.jobs.worker import Delivery
from app.models.base import fab_models
from app.models.sealed import KEYS, fresh_key_file
from app.production import CHECKS, Seen, looking, require_safe, web_settings
from config import ENGINE, ROOT, BadSetting, Config, with_driver
from tests.cli.conftest import XUEJI, environment, free_port

BY_NAME = {check.name: check for check in CHECKS}
BLOCKING = [check.name for check in CHECKS if check.blocks]
FAR = "postgresql+psycopg://xueji_app@db.example.cn/xueji"


@pytest.fixture
def config(house):
    return replace(house, demo=False)


@pytest.fixture
def seen(config, session):
    """A sound installation, bent by one fact: `seen(config={...}, settings={...})`."""

    def look(config=config, settings=None, environ=None, **bends):
        told = web_settings(config) | (settings or {})
        return Seen(replace(config, **bends), told, session.connection(), environ or {})

    return look


@pytest.mark.parametrize("name", [name for name in BY_NAME if name not in ("engines", "anchors")])
def test_a_sound_installation_is_well(seen, name):
    assert not BY_NAME[name].is_ill(seen())


@pytest.mark.parametrize(
    ("name", "bends"),
    [
        ("debug", {"settings": {"DEBUG": True}}),
        ("debug", {"environ": {"FLASK_DEBUG": "1"}}),
        ("secret", {"given_secret_key": "a" * 40}),
        ("secret", {"given_secret_key": "please-change-me-0123456789-abcdefgh"}),
        ("cookies", {"settings": {"SESSION_COOKIE_SECURE": False}}),
        ("plain http", {"settings": {"SESSION_COOKIE_SECURE": False}, "insecure_cookies": True}),
        ("limits", {"redis_url": ""}),
        ("limits", {"redis_url": "memory://"}),
        ("hosts", {"host": "0.0.0.0"}),  # noqa: S104
        ("hosts", {"host": "console.example.cn"}),
        ("engines", {}),
        ("tls", {"database_url": FAR}),
        ("tls", {"redis_url": "redis://queue.example.cn/0"}),
        ("anchors", {"anchor_file": ROOT / "nowhere"}),
    ],
)
def test_what_is_wrong_is_seen(seen, name, bends):
    assert BY_NAME[name].is_ill(seen(**bends))


@pytest.mark.parametrize(
    ("name", "bends"),
    [
        ("cookies", {"settings": {"SESSION_COOKIE_SECURE": False}, "insecure_cookies": True}),
        ("hosts", {"host": "0.0.0.0", "hosts": ("console.example.cn",)}),  # noqa: S104
        ("hosts", {"host": "127.0.0.7"}),
        ("tls", {"database_url": f"{FAR}?sslmode=verify-full"}),
        ("tls", {"redis_url": "rediss://queue.example.cn/0"}),
        ("engines", {"database_url": FAR}),
    ],
)
def test_what_was_asked_for_is_not_wrong(seen, name, bends):
    assert not BY_NAME[name].is_ill(seen(**bends))


def test_demo_accounts_are_seen(seen, session):
    session.add(
        fab_models.User(
            first_name="小",
            last_name="李",
            username="registrar@demo",
            email=f"registrar@{production.DEMO_DOMAIN}",
        )
    )
    session.flush()
    assert BY_NAME["accounts"].is_ill(seen())


def test_the_demo_world_is_known_by_its_domain():
    from app.demo.accounts import DOMAIN

    assert DOMAIN == production.DEMO_DOMAIN


def test_a_queue_that_unpickles_is_seen(seen, monkeypatch):
    from rq import Queue

    monkeypatch.setattr(
        production, "queue", lambda store: Queue(connection=store, job_class=Delivery)
    )
    assert BY_NAME["serializer"].is_ill(seen())


@pytest.mark.parametrize("name", ["key_file", "secret_key_file"])
def test_a_key_that_others_may_read_is_seen(seen, tmp_path, name):
    path = tmp_path / "key"
    path.write_text("x")
    path.chmod(0o640)
    assert BY_NAME["private"].is_ill(seen(**{name: path}))


@pytest.mark.parametrize("role", ["postgres", "xueji_owner"])
def test_a_role_that_may_walk_around_security_is_seen(house, seen, role):
    url = database_url(sockets_of(house.var), role)
    engine = create_engine(with_driver(url), **ENGINE)
    with engine.connect() as connection:
        assert BY_NAME["role"].is_ill(replace_connection(seen(), connection))
    engine.dispose()


def replace_connection(seen, connection):
    return replace(seen, connection=connection)


# ── who asks ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", BLOCKING)
def test_each_of_them_keeps_the_web_from_starting(config, monkeypatch, name):
    alone(monkeypatch, name)
    with pytest.raises(BadSetting) as told:
        create_app(config)
    assert str(told.value) == BY_NAME[name].words(config)
    create_app(replace(config, demo=True))  # a demo may


@pytest.mark.parametrize("name", BLOCKING)
def test_a_worker_asks_what_concerns_it(config, monkeypatch, name):
    alone(monkeypatch, name)
    if BY_NAME[name].web_only:
        require_safe(config)
    else:
        with pytest.raises(BadSetting):
            require_safe(config)


def alone(monkeypatch, ill):
    """Let this check alone find something."""
    told = (replace(check, is_ill=lambda _, name=check.name: name == ill) for check in CHECKS)
    monkeypatch.setattr(production, "CHECKS", tuple(told))


def test_a_warning_keeps_nobody(config, monkeypatch):
    told = (replace(check, is_ill=lambda _: True) for check in CHECKS if not check.blocks)
    monkeypatch.setattr(production, "CHECKS", tuple(told))
    create_app(config)


def test_every_check_has_one_sentence_with_a_remedy(config):
    for check in CHECKS:
        words = check.words(config)
        assert words.endswith("."), check.name
        assert "{" not in words
        assert ":" in words, check.name


def test_a_short_session_key_is_refused_everywhere(house):
    with pytest.raises(BadSetting, match="shorter than 32 bytes"):
        settings(replace(house, given_secret_key="short"))


@pytest.mark.parametrize("demo", [True, False])
def test_a_wrong_sealing_key_keeps_even_a_demo_from_starting(house, tmp_path, demo):
    path = tmp_path / "wrong.key"
    path.write_text(fresh_key_file())
    path.chmod(0o600)
    try:
        with pytest.raises(BadSetting, match=r"wrong\.key"):
            create_app(replace(house, demo=demo, key_file=path))
    finally:
        KEYS.unlock(house.key_file)


def test_the_look_sees_no_row_of_anybody(house, session):
    with looking(house, {}) as seen:
        assert seen.connection.scalar(text("SELECT count(*) FROM student")) == 0


# ── as people meet it ────────────────────────────────────────────────────────────────────


@pytest.fixture
def addresses(house):
    return {
        "XUEJI_VAR": house.var,
        "XUEJI_DATABASE_URL": house.database_url,
        "XUEJI_REDIS_URL": house.redis_url,
    }


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        ({"FLASK_DEBUG": "1"}, "unset FLASK_DEBUG"),
        ({"XUEJI_SECRET_KEY": "secret" * 9}, "could be guessed"),
        ({"XUEJI_KEY_FILE": "other"}, "The digest key in"),
        ({"XUEJI_KEY_FILE": "/nowhere"}, "cannot be read"),
        ({"XUEJI_DATABASE_URL": "postgresql://127.0.0.1:1/x"}, "The database does not answer"),
    ],
)
def test_the_web_says_it_in_one_sentence(addresses, tmp_path, bend, words):
    if bend.get("XUEJI_KEY_FILE") == "other":
        (tmp_path / "other").write_text(fresh_key_file())
        bend = {"XUEJI_KEY_FILE": tmp_path / "other"}
    command = [*XUEJI[:2], "gunicorn", "-c", "python:app.cli.web", "app.factory:create_app()"]
    done = run(
        [sys.executable, *command[1:]],
        cwd=ROOT,
        env=environment(**addresses | bend),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert said.startswith("Error: "), said
    assert words in said
    assert "Traceback" not in said


def test_a_worker_says_it_in_one_sentence(addresses, xueji, tmp_path):
    (tmp_path / "other").write_text(fresh_key_file())
    status, said = xueji("worker", **addresses, XUEJI_KEY_FILE=tmp_path / "other")
    assert (status, said.count("\n")) == (1, 1), said
    assert "The digest key in" in said


def test_up_says_it_in_one_sentence(addresses, xueji, tmp_path):
    """It does so before anything of the console is started."""
    bend = {"XUEJI_PORT": free_port(), "XUEJI_HOST": "0.0.0.0"}  # noqa: S104
    keys = {"XUEJI_KEY_FILE": addresses["XUEJI_VAR"] / "sealing.key"}
    status, said = xueji("up", **{**addresses, **bend, **keys, "XUEJI_VAR": tmp_path})
    assert status == 1
    assert "set XUEJI_HOSTS" in said
    assert "Traceback" not in said


def test_doctor_has_a_line_for_each(addresses, xueji):
    _, said = xueji("doctor", **addresses, XUEJI_SECRET_KEY="secret" * 9)
    lines = {line[6:17].strip(): line[:5].strip() for line in said.splitlines()}
    assert set(BY_NAME) <= set(lines)
    assert lines["secret"] == "ILL"
    assert lines["engines"] == "warn"
    assert lines["role"] == "ok"


def test_a_laptop_needs_no_setting():
    config = Config.read({})
    assert config.demo
    assert not config.secure_cookies
    assert config.is_at_home
