"""The skin holds no colour and no size of its own, the tokens are legible, the scripts are ours."""

import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path("app/static")
TEMPLATES = Path("app/templates")
TOKENS = (STATIC / "tokens.css").read_text()
SKIN = re.sub(r"/\*.*?\*/", "", (STATIC / "skin.css").read_text(), flags=re.DOTALL)
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))
PAGES = sorted(TEMPLATES.rglob("*.html"))

INKS, SURFACES = ("ink", "ink-2", "ink-3"), ("paper", "sheet", "sheet-2", "sheet-3", "accent-soft")
STATES = ("ok", "warn", "bad", "hold", "off")
TEXT = [
    *((ink, surface) for ink in INKS for surface in SURFACES),
    *((s, on) for s in ("accent", *STATES) for on in ("sheet", "paper", "sheet-2", "accent-soft")),
    *((s, f"{s}-soft") for s in ("accent", *STATES)),
    *(("ink", f"{s}-soft") for s in STATES),
    *(("ink-2", f"{s}-soft") for s in ("ok", "warn", "bad", "hold")),
    ("on-accent", "accent"),
    ("on-accent", "accent-2"),
    ("on-bad", "bad"),
]
EDGES = [
    *(("edge", surface) for surface in ("paper", "sheet", "sheet-2")),
    *(("focus", surface) for surface in ("paper", "sheet", "sheet-3", "accent-soft")),
    ("chart-1", "sheet"),
]
TOO_NEW = {  # what Chromium 86 cannot read, the browser of many bureaus
    "css": (":has(", "color-mix(", "light-dark(", "inset:", "aspect-ratio", "@layer", "@container"),
    "js": (
        "||=",
        "&&=",
        ".at(",
        "Object.hasOwn",
        "structuredClone",
        "replaceChildren",
    ),
}


def colours(selector):
    block = re.search(re.escape(selector) + r"\s*\{(.*?)\n\}", TOKENS, re.DOTALL)[1]
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one, other):
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_ink_is_legible_on_every_surface(theme):
    known = colours(":root") | (colours('[data-theme="dark"]') if theme == "dark" else {})
    weak = [
        (ink, surface, round(contrast(known[ink], known[surface]), 2))
        for pairs, least in ((TEXT, 4.5), (EDGES, 3))
        for ink, surface in pairs
        if contrast(known[ink], known[surface]) < least
    ]
    assert weak == []


def test_the_skin_names_no_colour_and_no_size():
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", SKIN) == []
    assert re.findall(r"font-size:\s*[\d.]+(?:px|em|rem|pt)", SKIN) == []


def test_the_skin_uses_only_tokens_that_exist():
    known = set(re.findall(r"--([\w-]+):", TOKENS))
    assert set(re.findall(r"var\(--([\w-]+)", SKIN)) <= known


def test_dark_changes_every_colour_but_the_charts_text():
    assert set(colours(":root")) == set(colours('[data-theme="dark"]'))


@pytest.mark.parametrize("path", [STATIC / "skin.css", STATIC / "tokens.css"], ids=str)
def test_styles_stay_within_chromium_86(path):
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert [word for word in TOO_NEW["css"] if word in text] == []


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=str)
def test_scripts_stay_within_chromium_86_and_hold_one_concern(path):
    text = path.read_text()
    assert [word for word in TOO_NEW["js"] if word in text] == []
    assert text.startswith("// ")
    assert len(text.splitlines()) <= 120


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_pages_hold_no_handler_and_no_foreign_host(path):
    text = re.sub(r"\{#.*?#\}", "", path.read_text(), flags=re.DOTALL)
    assert re.findall(r"<[^>]*\son[a-z]+=", text) == []
    foreign = re.findall(r"(?:src|href|action)=\"(?:https?:)?//[^\"]+", text)
    assert foreign == []
    assert re.findall(r"<script(?![^>]*nonce=)", text) == []


def test_vendored_scripts_are_the_ones_written_down():
    readme = (STATIC / "vendor" / "README.md").read_text()
    written = dict(re.findall(r"`([\w.-]+\.js)`.*?`([0-9a-f]{64})`", readme))
    files = {path.name: path for path in (STATIC / "vendor").glob("*.js")}
    assert written == {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in files.items()}
