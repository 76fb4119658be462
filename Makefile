.DEFAULT_GOAL := help
.PHONY: help run test quick check soak lock migration translations roles workflows templates clean

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --requirement
LINK := $(PIP) install --quiet --no-deps --no-build-isolation --editable .
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header pyproject.toml

help: ## Say what can be asked for
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/.run ## Start everything: install what is locked, then `xueji up` (Ctrl-C stops it)
	@exec $(BIN)/xueji up

test: check ## Lint, types, room contracts, then every test but the long ones
	$(BIN)/python -m pytest -m "not soak" -n $(WORKERS) --dist loadfile

quick: .venv/.test ## The tests that need no database
	$(BIN)/python -m pytest -q tests/codes tests/messages tests/imports -m "not soak"

check: .venv/.test ## Lint, format, types, room contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

soak: .venv/.test ## The long tests: kills by the hundred, a whole province
	$(BIN)/python -m pytest -m soak

lock: ## Resolve the dependencies afresh (needs uv; nothing else does)
	$(LOCK) --extra embedded --extra build --extra dev --output-file requirements-dev.lock
	$(LOCK) --extra embedded --extra build --constraint requirements-dev.lock \
		--output-file requirements.lock

migration: .venv/.test ## Write a migration from the models: make migration m="add a column"
	$(BIN)/xueji migration "$(m)"

translations: .venv/.test ## Bring the Chinese catalogue into step with code and templates
	$(BIN)/python -m tests.house.strings

roles: .venv/.test ## Draw docs/roles.md from the matrix and the switches
	$(BIN)/python -m tests.house.roles_page

workflows: .venv/.test ## Draw docs/workflows from the process tables
	$(BIN)/python -m tests.house.workflows_page

templates: .venv/.test ## Draw docs/templates from the templates of the import desk
	$(BIN)/python -m tests.house.template_pages

clean: ## Forget the installation, not the data
	rm -rf .venv *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv .venv || { \
		echo "Python cannot make a venv here: install the package python3-venv."; exit 1; }

.venv/.run: requirements.lock pyproject.toml | .venv/bin/python
	$(INSTALL) requirements.lock
	$(LINK)
	@touch $@

.venv/.test: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(INSTALL) requirements-dev.lock
	$(LINK)
	@touch $@ .venv/.run
