# The verbs of this project; `make` lists them. run and test set up all they need by themselves.

PYTHON ?= python3
BIN := .venv/bin
# Where it is set, every worker would compile all tests again, which takes it two seconds.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help run test lint check api fuzz audit bench soak web webcheck clean

help:  ## list these verbs
	@grep -E '^[a-z]+:.*## ' Makefile | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: .venv  ## start Janus here and print its address
	@$(BIN)/janus serve

test: .venv  ## run the tests, but for the slow ones
	@$(BIN)/pytest -m "not slow"

lint: .venv  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint  ## lint and all tests: what has to pass before a commit
	$(BIN)/pytest

api: .venv  ## write janus/openapi.json and the page's wire.ts from what the views declare
	@$(BIN)/python tests/api

fuzz: .venv  ## 10,000 made-up requests (JANUS_FUZZ), 1,000 damages of the state (JANUS_DAMAGES)
	@JANUS_FUZZ=$${JANUS_FUZZ:-10000} $(BIN)/pytest tests/blueprints/test_fuzz.py
	@JANUS_DAMAGES=$${JANUS_DAMAGES:-1000} $(BIN)/pytest -n0 tests/sessions/test_damages.py

audit: .venv  ## ask whether weaknesses are known of anything Janus installs (needs the network)
	@$(BIN)/python tests/audit.py

bench: .venv  ## measure how fast Janus is, in about a minute
	@$(BIN)/python -m bench

soak: .venv  ## kill Janus 500 times (JANUS_KILLS) and look for what was lost, in half an hour
	@$(BIN)/python tests/soak.py

web:  ## build the page from frontend/ into frontend_dist/ (needs Node 20)
	@cd frontend && npm ci --no-audit --no-fund && npm run build

webcheck: web  ## types and tests of the page, and that frontend_dist/ is what is built from it
	@cd frontend && npm run check && npm test
	@test -z "$$(git status --porcelain frontend_dist)" || { \
		git status --short frontend_dist; \
		echo "frontend_dist/ is not what is built from frontend/: run make web, and commit it"; exit 1; }

clean:  ## remove the environment and the caches
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache build *.egg-info

.venv: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Janus needs Python 3.11 or newer; try: make PYTHON=python3.11 …")'
	@echo "Setting up .venv (once, about a minute) …"
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch .venv
