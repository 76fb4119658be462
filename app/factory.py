"""Build the application: configure, extend, register."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder

from app.extensions import csrf, db
from app.imports import tablib_formats
from app.models.sealed import KEYS
from app.policies.rights import fab_roles
from app.policies.scope import guard
from app.production import require_safe, web_settings
from app.views.actor import forget
from app.views.errors_page import register_errors
from app.views.frame import init_frame
from app.views.headers import init_headers
from app.views.health import health
from app.views.hosts import init_hosts
from app.views.register import Home, register
from app.views.security import XuejiSecurity
from config import ENGINE, Config

MEBIBYTE = 1024 * 1024
PATIENCE = "30s"  # no page waits longer for one answer of the database


def create_app(config: Config | None = None, **bends: Any) -> Flask:
    """Return the application; its database knows no scope until somebody is known."""
    config = config or Config.read()
    logging.getLogger("flask_appbuilder").setLevel(logging.WARNING)
    KEYS.unlock(config.key_file)
    app = Flask("app")
    app.config.update(settings(config), **bends)
    require_safe(config, app.config)
    db.init_app(app)
    csrf.init_app(app)
    register_errors(app)
    init_headers(app)
    app.before_request(forget)  # first of all: what the last request knew is not ours
    tablib_formats.register()  # a data set is never loaded by a parser in this process
    init_hosts(app, config)
    app.register_blueprint(health)
    with app.app_context():
        guard(db.engine, PATIENCE)
        appbuilder = AppBuilder(indexview=Home, security_manager_class=XuejiSecurity)
        appbuilder.init_app(app, db.session)
        init_frame(app)
        register(app, appbuilder)
    return app


def settings(config: Config) -> dict[str, Any]:
    """Return Flask's settings of one installation."""
    return {
        **web_settings(config),
        "SECRET_KEY": config.secret_key,
        "SQLALCHEMY_DATABASE_URI": config.needed("database_url"),
        "SQLALCHEMY_ENGINE_OPTIONS": ENGINE,
        "APP_NAME": "学籍管理台",
        "DEMO": config.demo,
        "XUEJI": config,
        "AUTH_TYPE": 1,
        "FAB_ROLES": fab_roles(),
        "FAB_CREATE_DB": False,  # Alembic makes the tables
        "FAB_UPDATE_PERMS": False,  # rights are code (policies/roles.py)
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_ADD_MENU_API": False,
        "FAB_BASE_TEMPLATE": "xueji/base.html",
        "BABEL_DEFAULT_LOCALE": "zh",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "LANGUAGES": {
            "zh": {"flag": "cn", "name": "中文"},
            "en": {"flag": "gb", "name": "English"},
        },
        "MAX_CONTENT_LENGTH": 124 * MEBIBYTE,  # 128 MB of workbook and the form around it
        "MAX_FORM_MEMORY_SIZE": 4 * MEBIBYTE,
        "MAX_FORM_PARTS": 5_000,
        # The prefix: a browser takes the cookie over TLS only, for this very host and all of it.
        "SESSION_COOKIE_NAME": "__Host-xueji" if config.secure_cookies else "xueji",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session lasts
    }
