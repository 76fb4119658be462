"""Ruff's S rules are bandit's: none is silenced in the program without a word why."""

import re
import tomllib
from pathlib import Path

from config import ROOT

SILENCED = re.compile(r"#\s*(?:noqa:(?P<codes>[^#\n]*)|noqa\s*$|nosec|ruff:\s*noqa)", re.MULTILINE)
WORDS = re.compile(r"\bS\d{3}\b(?:[,\s]+[A-Z]+\d+)*\s{2}\S+")
AT_LARGE = {"app/demo/**": {"S311"}}  # invented people are drawn, nothing of it is a secret


def programs():
    yield from (Path(ROOT, "config.py"), Path(ROOT, "migrations", "env.py"))
    yield from Path(ROOT, "app").rglob("*.py")


def test_no_rule_of_security_is_silenced_without_a_reason():
    bare = []
    for path in programs():
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = SILENCED.search(line)
            if found is None:
                continue
            codes = found["codes"]
            named = codes is not None and re.search(r"\bS\d{3}\b", codes)
            if codes is None or (named and not WORDS.search(codes)):
                bare.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
    assert bare == []


def test_no_rule_of_security_is_switched_off_for_the_program():
    told = tomllib.loads(Path(ROOT, "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert told["select"] == ["ALL"]
    assert not [code for code in told["ignore"] if re.fullmatch(r"S\d*", code)]
    for files, codes in told["per-file-ignores"].items():
        off = {code for code in codes if re.fullmatch(r"S\d*", code)}
        assert files.startswith("tests/") or off <= AT_LARGE.get(files, set()), files
