"""Rules of the templates: what Jinja would answer once for everybody is asked anew each time."""

import re
from pathlib import Path

import pytest

TEMPLATES = sorted(Path("app/templates").rglob("*.html"))
FOLDED = re.compile(r"'[a-z_]+'\s*\|\s*is_item_visible\(\s*'")


@pytest.mark.parametrize("path", TEMPLATES, ids=str)
def test_no_right_is_asked_of_constants(path):
    """Jinja folds a filter over constants at compile time; `allowed(…)` is not folded."""
    assert not FOLDED.search(path.read_text("utf-8"))
