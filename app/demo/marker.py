"""Whether this registry holds the demo world.

`XUEJI_DEMO` says whether `xueji up` makes the world in an empty registry; whether it *is* there,
only the registry knows: by the ministry's demo account, whose address no real account can have.
"""

from __future__ import annotations

from sqlalchemy import Connection, exists, select
from sqlalchemy.orm import Session

from app.models.base import fab_models

DOMAIN = "demo.invalid"  # a domain that RFC 2606 keeps from ever existing
MARK = f"operator.000000@{DOMAIN}"


def is_demo(session: Session | Connection) -> bool:
    """Tell whether demo people and demo accounts are in here; pages then say so."""
    return bool(session.scalar(select(exists().where(fab_models.User.email == MARK))))
