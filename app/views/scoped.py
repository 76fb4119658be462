"""The base of every screen over a table. Scope is the database's; what FAB leaves open is closed.

A screen derives from `ScopedModelView` and from nothing of FAB's (a house test watches), takes a
`ScopedInterface`, and declares what it offers: what is not declared is neither filtered by, nor
ordered by, nor typed in, nor prefilled.
"""

from __future__ import annotations

from app.views.acting import Acting, Line
from app.views.interface import ScopedInterface
from app.views.reading import Reading
from app.views.writing import Writing

__all__ = ["Line", "ScopedInterface", "ScopedModelView"]


class ScopedModelView(Acting, Writing, Reading):
    """Lists and cards (`reading`), forms (`writing`), acts (`acting`) of one table in scope."""
