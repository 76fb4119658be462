"""Addresses no page of ours makes: every argument a page reads, filled with what it cannot read."""

from __future__ import annotations

from urllib.parse import quote

from hypothesis import strategies as st

from tests.house import doors

LONG = "9" * 20
VALUES = (
    "", " ", "0", "-1", "1", "2", "abc", LONG, "-" + LONG, "1e9", "1.5", "0x10", "NaN", "inf",
    "2147483647", "2147483648", "9223372036854775808", "１２", "٣", "%00", "%00%00", "a%00b",
    "%FF%FE", "%C0%AF", "%ED%A0%80", "%F0%9F%98%80", "%", "%zz", "%25", "%5C", "%27", "'", '"',
    "';--", "1%20OR%201=1", "id;drop%20table%20student", "(select%201)", "pg_sleep(9)",
    "%_%_%_%_%_%_", "%25_%25_%25_%25_", "!(a,b,c)", "(filters:!((col:id_number,opr:sw,value:1)))",
    "[]", "{}", "null", "true", "asc", "desc", "DESC%20NULLS%20LAST", "__class__",
    "../../etc/passwd", "..%2F..%2F", "%0D%0ASet-Cookie:%20a=b", "%3Cscript%3E", "{{7*7}}",
    "${7*7}", "2026-13-45", "9999-12-31", "0001-01-01", "-0001-01-01", "𠮷", "x" * 3000, "A" * 101,
    quote("密" * 400),
)  # fmt: skip
ARGUMENTS = (
    "page", "psize", "_oc_", "_od_", "_q", "_n", "tab", "term", "school", "grade", "kind", "due",
    "age", "batch", "open", "show", "shown", "next", "unknown", "q", "rison", "_flt_0_",
    "_flt_99_name", "_flt_0_password", "_flt_0_id_number", "_flt_0_owner_path", "_flt_-1_name",
    "_flt_0_user.password", "", "%00", "%FF", "a%5B%5D", "search", "class", "pupil", "status",
    "actor", "action", "from", "to", "day", "key", "year", "reason", "letter", "id", "pk", "lang",
    "locale", "back", "_", "standing",
)  # fmt: skip
KEYS = (
    "1",
    "0",
    "-1",
    LONG,
    "abc",
    "1e9",
    "%00",
    "'",
    "%FF",
    "a%2Fb",
    "１",
    "x" * 400,
    "[1]",
    "%20",
)
SQL = (
    "psycopg",
    "sqlalchemy",
    "syntax error",
    "traceback",
    "undefinedcolumn",
    "sqlstate",
)


def queries(app):
    """Query strings: up to six arguments, of pages that exist and of none."""
    names = {*ARGUMENTS}
    for view in doors.views(app).values():
        kind = type(view).__name__
        names |= {f"{word}_{kind}" for word in ("page", "psize", "_oc", "_od")}
        for position in (0, 1, 7):
            columns = getattr(view, "search_columns", None) or ()
            names |= {f"_flt_{position}_{column}" for column in columns}
    value = st.sampled_from(VALUES) | st.text(max_size=30).map(lambda t: quote(t, errors="replace"))
    pair = st.tuples(st.sampled_from(sorted(names)), value).map("=".join)
    return st.lists(pair, max_size=6).map("&".join)


def paths(app):
    """The addresses of every route that can be looked at, their parameters bent."""
    rules = [r for r in app.url_map.iter_rules() if r.endpoint not in ("Gate.logout", "static")]
    return st.tuples(st.sampled_from(sorted(rules, key=str)), st.sampled_from(KEYS)).map(filled)


def filled(asked):
    """The path of a rule, with one value in all of its blanks."""
    rule, key = asked
    return "".join(key if dynamic else text for dynamic, text in rule._trace[1:])  # noqa: SLF001
