"""What the application is built on, unbound until `app.factory` binds it."""

from __future__ import annotations

from flask_appbuilder.models.sqla.base import SQLA
from flask_wtf import CSRFProtect

from app.models.base import Model

db = SQLA(metadata=Model.metadata)
csrf = CSRFProtect()
