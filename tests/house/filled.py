"""A form as a browser would send it back: every field of a page with what it holds."""

from __future__ import annotations

from html.parser import HTMLParser

SENT_WHEN_TICKED = ("checkbox", "radio")
NEVER_SENT = ("submit", "button", "file", "image")


class Fields(HTMLParser):
    """Reads the fields of the form that posts to an address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.inside, self.found = action, False, {}
        self.select = self.area = None

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag == "form":
            self.inside = (has.get("action") or self.action).split("?")[0] == self.action
        name = has.get("name")
        if not self.inside or (not name and tag != "option"):
            return
        if tag == "input":
            self.take(name, has)
        elif tag == "select":
            self.select = name
            self.found.setdefault(name, "")
        elif tag == "option" and self.select and "selected" in has:
            self.found[self.select] = has.get("value", "")
        elif tag == "textarea":
            self.area = name
            self.found[name] = ""

    def take(self, name, has):
        kind = has.get("type", "text")
        if kind in NEVER_SENT or (kind in SENT_WHEN_TICKED and "checked" not in has):
            return
        self.found[name] = has.get("value", "y" if kind in SENT_WHEN_TICKED else "")

    def handle_data(self, data):
        if self.area:
            self.found[self.area] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def fields_of(page, action):
    """Return what the form of a page that posts to this address would send, by name."""
    reader = Fields(action)
    reader.feed(page.text)
    found = {name: value.strip() for name, value in reader.found.items()}
    return {name: value for name, value in found.items() if name != "csrf_token"}
